"""Whatever anybody does, in any order: one outcome, and every promise kept.

`PROPERTY_STEPS` says how many steps are played (`make test`: 2,000, `make prove`: 10,000), half of
them from the same seed each time, and half from a fresh one. A failure is played again with
`PROPERTY_SEED`, as printed, and leaves the histories of its play in `out/chance`.
"""

import os
import secrets
from datetime import timedelta

import pytest
from temporalio.client import Client

from domain.ports import Token
from domain.seating import OPEN, Grant
from tests.chance.any_order import AnyOrder
from tests.chance.theatre import play
from tests.fakes.record import FakeReservations
from tests.fakes.rooms import FakeTokens

STEPS = int(os.environ.get("PROPERTY_STEPS", "2000"))
FRESH = int(os.environ.get("PROPERTY_SEED", secrets.randbelow(10**6)))
ALWAYS = 20261127
FEW = 240

pytestmark = [
    pytest.mark.alone,
    pytest.mark.timeout(max(600, STEPS // 2)),  # three times what they take
]


@pytest.mark.parametrize("seed", [ALWAYS, FRESH], ids=["always", "fresh"])
async def test_any_order_of_anything_keeps_every_promise(client: Client, seed: int) -> None:
    print(f"PROPERTY_SEED={seed}")  # noqa: T201 - for whoever plays a failure again
    theatres = await play(client, AnyOrder, seed=seed, steps=STEPS // 2)
    assert sum(theatre.steps.total() for theatre in theatres) >= STEPS // 2


async def test_chance_finds_a_caller_who_hears_the_consultation(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mint = FakeTokens.mint

    def generous(
        self: FakeTokens, room: str, identity: str, grant: Grant, *, valid: timedelta
    ) -> Token:
        return mint(self, room, identity, OPEN if grant.hidden else grant, valid=valid)

    monkeypatch.setattr(FakeTokens, "mint", generous)
    with pytest.raises(
        AssertionError, match=r"hears the others before the move|moved without a yes"
    ):
        await play(client, AnyOrder, seed=ALWAYS, steps=FEW)


async def test_chance_finds_an_agent_who_stays_reserved(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgetful(*_: object, **__: object) -> None:
        pass

    monkeypatch.setattr(FakeReservations, "release", forgetful)
    with pytest.raises(AssertionError, match="agents are still reserved"):
        await play(client, AnyOrder, seed=ALWAYS, steps=FEW)
