"""`make bench` measures what it says it does; whether figures are good is for a quiet machine."""

import math

from livekit import api
from temporalio.client import Client

from robots.bench import yardsticks
from robots.bench.ledger import Ledger
from robots.bench.naive import hopped
from robots.bench.play import played
from robots.scene import Stage
from stack.local import LocalStack


async def test_a_transfer_a_naive_move_and_a_bare_one_are_measured(
    stack: LocalStack, stage: Stage
) -> None:
    client = await Client.connect(stack.env["TEMPORAL_ADDRESS"])
    url = stage.livekit_url.replace("ws", "http", 1)
    async with api.LiveKitAPI(url, stage.livekit_key, stage.livekit_secret) as lk:
        ledger = Ledger(stack, client, lk)
        (transfer,) = (await played(stage, ledger, 1, quick=True)).transfers
        (hop,) = (await hopped(stage, lk, 1)).hops
    bare = await yardsticks.measured(stage, "permission", 1)
    assert transfer.way == "standby"
    assert None not in (transfer.heard.gap, transfer.heard.gap_of_caller, transfer.first_word)
    assert transfer.heard.together
    assert transfer.actions["activity"] >= 10
    assert sum(transfer.metered.values()) >= sum(transfer.actions.values()) / 2
    assert min(transfer.cpu.values()) > 0
    assert hop.silence > 0
    assert math.isfinite(hop.unheard)
    assert 0 < bare.took[0] < transfer.heard.together * 5
    assert {name: len(mb) for name, mb in ledger.memory.items()} == dict.fromkeys(stack.names, 1)
