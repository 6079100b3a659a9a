"""Strangers at the door: a flood of calls, a bad postman, signals where they may not decide.

On a stack of its own: its LiveKit reports to a post office, it believes a proxy on loopback, and
signals don't decide.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial

import httpx
import pytest
import pytest_asyncio
from livekit import api as livekit
from temporalio.client import Client

from robots.scene import Scene, Stage
from robots.waiting import until
from stack.environment import bare
from stack.local import LocalStack
from tests.live.course import briefing, consulting, goes_through, with_a_again
from tests.live.flood import FLOOD, IN_SPATE
from tests.live.judge import kept
from tests.live.post_office import PostOffice, open_post_office
from tests.live.signals import ignored, send_signal
from tests.matrix import Fault, Row, State
from tests.servers import running_livekit

GETS_IN_WITHIN_S = 60.0
"""Of repeating what is answered by 503; one machine plays the flood and all people too."""
PER_MINUTE = 20
"""`CALLS_PER_MINUTE` by default."""


@dataclass(frozen=True)
class Guarded:
    """The stack, and the post office of its LiveKit."""

    stack: LocalStack
    office: PostOffice

    @property
    def stage(self) -> Stage:
        return Stage.of({**self.stack.env, "WARM_TRANSFER_URL": self.stack.urls["api"]})


@pytest_asyncio.fixture(scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    with open_post_office() as office:
        async with running_livekit(folder, office.url) as server:
            settings = {
                "LIVEKIT_URL": server.url,
                "LIVEKIT_API_KEY": server.key,
                "LIVEKIT_API_SECRET": server.secret,
                "FORWARDED_ALLOW_IPS": "127.0.0.1",
                "SIGNALS_DECIDE": "false",
            }
            with LocalStack(folder / "run", {**bare(), **settings}, free_ports=True) as stack:
                yield Guarded(stack, office)


@pytest_asyncio.fixture
async def guarded_scene(guarded: Guarded) -> AsyncIterator[Scene]:
    async with Scene(guarded.stage) as scene:
        yield scene


@pytest.mark.cell(
    *(Row.WEBHOOKS_LIE, Fault.F24, Fault.F25),
    *(State.OFFERING, State.BRIEFING, State.MOVING, State.JOINED),
)
async def test_a_transfer_completes_though_no_webhook_ever_arrives(
    guarded: Guarded, guarded_scene: Scene
) -> None:
    scene = guarded_scene
    await scene.talking()
    await consulting(scene)
    await goes_through(scene)
    assert guarded.office.letters, "LiveKit reported nothing, so nothing was withheld"
    await kept(scene)


@pytest.mark.cell(Row.WEBHOOKS_LIE, Fault.F24, State.RETURNING)
async def test_a_caller_is_given_back_though_no_webhook_ever_arrives(
    guarded: Guarded, guarded_scene: Scene
) -> None:
    scene = guarded_scene
    await scene.talking()
    await consulting(scene)
    await scene.b.decline(scene.transfer_id)
    await with_a_again(scene, "declined")
    await kept(scene)


@pytest.mark.cell(
    *(Row.WEBHOOKS_LIE, Fault.F24),
    *(State.OFFERING, State.BRIEFING, State.MOVING, State.JOINED),
)
async def test_webhooks_late_twice_out_of_order_and_forged_change_nothing(
    guarded: Guarded, guarded_scene: Scene
) -> None:
    scene = guarded_scene
    async with guarded.office.badly_delivered(guarded.stack.urls["api"]) as answers:
        await scene.talking()
        await consulting(scene)
        assert await answer_to_a_forged_one(guarded) == 401
        await goes_through(scene)
        await kept(scene)
    assert set(answers) == {200}


async def answer_to_a_forged_one(guarded: Guarded) -> int:
    """How a webhook is answered that somebody has changed on its way."""
    written = guarded.office.letters[-1]
    forged = replace(written, body=written.body + b" ")
    async with httpx.AsyncClient(base_url=guarded.stack.urls["api"]) as http:
        return await forged.deliver(http)


async def test_signals_decide_nothing_where_the_setting_says_so(
    guarded: Guarded, guarded_scene: Scene
) -> None:
    scene = guarded_scene
    await scene.talking()
    await briefing(scene)
    for times, name in enumerate(("accept", "decline", "cancel"), start=1):
        await send_signal(guarded.stack, scene, name)
        await until(partial(ignored, scene, times), 10, f"{name} to be ignored")
    assert not scene.transfer.accepted
    await scene.accepted()
    await scene.completed()
    ended = await scene.ended()
    assert {one.id for one in (ended.decided_by or {}).values()} == {scene.a.id, scene.b.id}
    await kept(scene)


async def test_a_flood_of_calls_is_turned_away_and_others_still_get_in(
    guarded: Guarded, guarded_scene: Scene
) -> None:
    scene = guarded_scene
    for person in scene.people:
        person.api.patience_s = GETS_IN_WITHIN_S
    before = await rooms_and_calls(guarded)
    flooding = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.live.flood", guarded.stack.urls["api"]), stdout=PIPE
    )
    assert flooding.stdout
    assert await flooding.stdout.readline() == IN_SPATE
    await scene.talking()
    said, _ = await flooding.communicate()
    answers = Counter(json.loads(said))
    assert answers.total() == FLOOD
    # Some of those let in may be told that it isn't known whether their call was begun.
    assert set(answers) <= {"201", "429", "503"}
    assert answers["429"] >= FLOOD - PER_MINUTE
    rooms, calls = await rooms_and_calls(guarded)
    assert rooms - before[0] <= PER_MINUTE + 1
    assert calls - before[1] <= PER_MINUTE + 1
    await kept(scene)


async def rooms_and_calls(guarded: Guarded) -> tuple[int, int]:
    """How many rooms there are at LiveKit, and calls in Temporal."""
    env = guarded.stack.env
    client = await Client.connect(env["TEMPORAL_ADDRESS"])
    keys = env["LIVEKIT_API_KEY"], env["LIVEKIT_API_SECRET"]
    async with livekit.LiveKitAPI(env["LIVEKIT_URL"], *keys) as lk:
        listed = await lk.room.list_rooms(livekit.ListRoomsRequest())
    return len(listed.rooms), (await client.count_workflows("WorkflowType='CallWorkflow'")).count
