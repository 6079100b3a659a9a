"""LiveKit dies with every room: they are there again at once, with everybody, as they were."""

import logging

import pytest
from livekit import api as livekit

from robots.scene import Scene
from robots.waiting import until
from stack.local import LocalStack
from tests.live.course import goes_through, ringing
from tests.live.judge import kept
from tests.live.outages import BACK_WITHIN_S, Outages, on_hold, with_a
from tests.matrix import Fault, Row, State

log = logging.getLogger(__name__)

ROOMS_AFTER_S = 0.5
AWAY_S = 3.0


@pytest.mark.cell(Row.ROOM_VANISHES, Fault.F7, State.OFFERING, State.BRIEFING)
async def test_a_transfer_outlives_a_livekit_that_is_away_for_seconds(
    scene: Scene, stack: LocalStack
) -> None:
    outages = Outages(scene, stack)
    await scene.talking()
    await ringing(scene)
    await outages.kill(away_s=AWAY_S)
    await outages.over(*with_a(scene))
    await scene.briefed()
    await scene.consulting()
    await killed_in_the_consultation(scene, outages, away_s=AWAY_S)


async def killed_in_the_consultation(scene: Scene, outages: Outages, *, away_s: float = 0) -> None:
    """Everybody is where they were, the caller on hold as before; then it is completed."""
    await outages.kill(away_s=away_s)
    await outages.over(*on_hold(scene))
    await until(lambda: hold_is_on(scene), BACK_WITHIN_S, "the host to be told to play")
    log.info("rooms after LiveKit's return, s: %s", [round(s, 2) for s in outages.rooms_after])
    assert max(outages.rooms_after) <= ROOMS_AFTER_S, outages.rooms_after
    await goes_through(scene)
    await kept(scene, **outages.excused())


async def hold_is_on(scene: Scene) -> bool:
    assert scene.witness
    asked = livekit.ListParticipantsRequest(room=scene.room_a)
    people = (await scene.witness.lk.room.list_participants(asked)).participants
    hosts = [person for person in people if person.identity.startswith("host-")]
    return bool(hosts) and all(host.attributes.get("hold") == "on" for host in hosts)
