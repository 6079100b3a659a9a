"""Whatever anybody does, in any order: one outcome, and every promise kept."""

import os
import secrets
import time
from collections import Counter

import pytest
from temporalio.client import Client

from tests.chance.any_order import AnyOrder
from tests.chance.theatre import play

STEPS = int(os.environ.get("PROPERTY_STEPS", "2000"))
FRESH = int(os.environ.get("PROPERTY_SEED", secrets.randbelow(10**6)))
ALWAYS = 20261127


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", [ALWAYS, FRESH], ids=["the seed of always", "a fresh seed"])
async def test_any_order_of_anything_keeps_every_promise(client: Client, seed: int) -> None:
    began = time.monotonic()
    theatres = await play(client, AnyOrder, seed=seed, steps=STEPS // 2)
    took = time.monotonic() - began
    for what in ("steps", "phases", "outcomes"):
        print(what, sum((getattr(t, what) for t in theatres), Counter()).most_common())
    steps = sum(sum(t.steps.values()) for t in theatres)
    print(f"{steps} steps in {took:.0f} s: {took / steps * 1000:.0f} ms a step; seed {seed}")
