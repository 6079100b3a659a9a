"""Each promise broken from outside, in a running product: the checker fails and names it."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from livekit import api as livekit
from livekit.api import room_service
from temporalio.client import Client

from robots.checker import broken
from robots.ears import Ears
from robots.http import Problem
from robots.observation import Repeat
from robots.place import Place
from robots.scene import Scene
from robots.views import May, Seat
from robots.voice import Voice
from robots.waiting import until
from stack.local import LocalStack
from tests.live.course import after, briefing, consulting
from tests.live.judge import hung_up, verdict
from tests.live.parts import stopped
from tests.live.readable import listed

AGAIN_EVERY_S = 0.05
LONGER_THAN_PROMISED_S = 3.4


def admin(scene: Scene) -> room_service.RoomService:
    assert scene.witness
    return scene.witness.lk.room


@asynccontextmanager
async def insisting(deed: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Do something again and again, whatever the product does about it."""

    async def insist() -> None:
        while True:
            with contextlib.suppress(livekit.TwirpError):
                await deed()
            await asyncio.sleep(AGAIN_EVERY_S)

    task = asyncio.create_task(insist())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def allow(scene: Scene, room: str, identity: str) -> None:
    may = livekit.ParticipantPermission(
        can_subscribe=True, can_publish=True, can_publish_sources=[livekit.TrackSource.MICROPHONE]
    )
    wanted = livekit.UpdateParticipantRequest(room=room, identity=identity, permission=may)
    await admin(scene).update_participant(wanted)


async def put_out(scene: Scene, room: str, who: str) -> None:
    there = await admin(scene).list_participants(livekit.ListParticipantsRequest(room=room))
    for person in there.participants:
        if person.identity.startswith(who):
            wanted = livekit.RoomParticipantIdentity(room=room, identity=person.identity)
            await admin(scene).remove_participant(wanted)


async def promises_broken(scene: Scene, **more: Any) -> set[int]:
    """The caller hangs up; what the checker says of it all."""
    hung_up_at = await hung_up(scene)
    return {one.promise for one in (await verdict(scene, hung_up_at=hung_up_at, **more))[1]}


async def test_promise_1_is_named_when_the_host_is_put_out_and_kept_out(scene: Scene) -> None:
    await scene.talking()
    await consulting(scene)
    async with insisting(lambda: put_out(scene, scene.room_a, "host")):
        silent = lambda: not scene.caller.ears.hears("", LONGER_THAN_PROMISED_S)  # noqa: E731
        await until(silent, 8, "the caller to hear nothing")
    assert 1 in await promises_broken(scene)


async def test_promise_2_is_named_when_the_record_hears_no_more_of_a_call(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    await briefing(scene)
    async with unheard(stack, scene.call_id):
        await scene.accepted()
        await scene.completed()
        await scene.ended()
        await scene.passing(2.5)
        ended = time.monotonic() - 0.5
        assert 2 in {one.promise for one in broken(await scene.observation(ended=ended))}


@asynccontextmanager
async def unheard(stack: LocalStack, call_id: str) -> AsyncIterator[None]:
    """While the block runs, the record keeps this call as it was."""
    deaf = f"CREATE TRIGGER deaf BEFORE UPDATE ON calls WHEN NEW.id = '{call_id}'"
    with contextlib.closing(sqlite3.connect(stack.data / "record.db", timeout=5)) as record:
        record.execute(f"{deaf} BEGIN SELECT RAISE(IGNORE); END")
        yield
        record.execute("DROP TRIGGER deaf")


async def test_promise_3_is_named_when_agent_a_is_removed_first(scene: Scene) -> None:
    await scene.talking()
    await scene.offering()
    await put_out(scene, scene.room_a, scene.a.id)
    await until(lambda: not scene.a.places[scene.room_a].is_connected, 5, "A to be out")
    await scene.passing(0.3)
    assert 3 in await promises_broken(scene)


async def test_promise_4_is_named_when_the_standby_seat_may_hear(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    await briefing(scene)
    await until(lambda: scene.room_b in scene.caller.places, 5, "the caller's standby seat")
    async with stopped(stack, "worker"):  # or it takes the permission back at once
        await allow(scene, scene.room_b, scene.caller.id)
        await scene.caller.until_hears(scene.b.id, room=scene.room_b)
    assert 4 in await promises_broken(scene)


async def test_promise_4_is_named_when_data_is_sent_in_room_b(scene: Scene) -> None:
    await scene.talking()
    await briefing(scene)
    await until(lambda: scene.room_b in scene.caller.places, 5, "the caller's standby seat")
    said = livekit.SendDataRequest(room=scene.room_b, data=b"she is in arrears")
    await admin(scene).send_data(said)
    await until(lambda: scene.caller.ears.anything_from(scene.room_b), 5, "the packet")
    assert 4 in await promises_broken(scene)


async def test_promise_4_is_named_when_a_briefer_is_there_after_the_flip(scene: Scene) -> None:
    await scene.talking()
    await after(scene)
    briefer = Place(seat_of(scene, "briefer-left-in"), Voice("d"), Ears())
    await briefer.join()
    await scene.caller.until_hears("briefer")
    await briefer.leave()
    assert 4 in await promises_broken(scene)


def seat_of(scene: Scene, identity: str) -> Seat:
    """A seat in room B that the product knows nothing of."""
    assert scene.witness
    grants = livekit.VideoGrants(room_join=True, room=scene.room_b)
    token = livekit.AccessToken(scene.witness.key, scene.witness.secret).with_identity(identity)
    return Seat(
        url=scene.stage.livekit_url,
        room=scene.room_b,
        identity=identity,
        token=token.with_grants(grants).to_jwt(),
        may=May(publish=True, subscribe=False),
    )


async def test_promise_5_is_named_when_a_room_is_left_behind(scene: Scene) -> None:
    await scene.talking()
    await briefing(scene)
    await scene.a.cancel(scene.transfer_id)
    await scene.ended()
    observed, found = await verdict(scene)
    assert not found
    assert scene.witness
    await admin(scene).create_room(livekit.CreateRoomRequest(name=scene.room_b))
    observed.after = await scene.witness.look(dispatches=True)
    await admin(scene).delete_room(livekit.DeleteRoomRequest(room=scene.room_b))
    assert {one.promise for one in broken(observed)} == {5}


async def test_promise_6_is_named_when_the_transfers_workflow_is_ended_by_force(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    await briefing(scene)
    client = await Client.connect(stack.env["TEMPORAL_ADDRESS"])
    await client.get_workflow_handle(f"transfer/{scene.transfer_id}").terminate()
    await scene.passing(1)
    assert 6 in await promises_broken(scene)


async def test_promise_7_is_named_when_the_record_loses_a_transfer(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    await briefing(scene)
    first = await accepting(scene)
    async with hidden(stack, scene.transfer_id):
        second = await accepting(scene)
    assert 7 in await promises_broken(scene, repeats=[Repeat("accept", first, second)])


async def accepting(scene: Scene) -> str:
    """What B's acceptance is answered with."""
    try:
        return f"200 {(await scene.b.accept(scene.transfer_id)).accepted}"
    except Problem as problem:
        return f"{problem.status} {problem.code}"


@asynccontextmanager
async def hidden(stack: LocalStack, transfer_id: str) -> AsyncIterator[None]:
    """While the block runs, the record has this transfer under another id."""
    rename = "UPDATE transfers SET id = ? WHERE id = ?"
    with contextlib.closing(sqlite3.connect(stack.data / "record.db", timeout=5)) as record:
        with record:
            record.execute(rename, (f"{transfer_id}-lost", transfer_id))
        yield
        with record:
            record.execute(rename, (transfer_id, f"{transfer_id}-lost"))


async def test_promise_8_is_named_when_livekit_is_told_a_name(scene: Scene) -> None:
    await scene.talking()
    await briefing(scene)
    assert scene.witness
    async with listed(scene.witness.lk) as seen:
        told = livekit.UpdateRoomMetadataRequest(room=scene.room_a, metadata=scene.caller.name)
        await admin(scene).update_room_metadata(told)
        await until(lambda: any(scene.caller.name in text for text in seen), 5, "the name")
    texts = {"LiveKit's lists": "\n".join(seen)}
    assert 8 in await promises_broken(scene, texts=texts, canaries=(scene.caller.name,))


async def test_promise_9_is_named_when_agent_a_gets_her_voice_back_in_room_a_too_early(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    await consulting(scene)
    async with stopped(stack, "worker"):  # or it takes the permission back at once
        await allow(scene, scene.room_a, scene.a.id)
        await scene.caller.until_hears(scene.a.id)
        await scene.passing(0.3)
    assert 9 in await promises_broken(scene)
