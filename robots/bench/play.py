"""Plays one call that is handed over again and again, and measures each of its transfers."""

import time
from copy import copy
from dataclasses import dataclass
from functools import partial

from robots.agent import Agent
from robots.bench.ledger import Ledger
from robots.bench.vigil import Quiet, Vigil
from robots.measure import AFTER_S, BEFORE_S, UNDISTURBED_S, Figures, figures
from robots.scene import Scene, Stage
from robots.sound import Span
from robots.waiting import until
from robots.watcher import watch

RESTS_S = 1.0
BRIEFED_WITHIN_S = 20.0


@dataclass(frozen=True)
class Transferred:
    """One transfer, all in ms: what people heard, how long they waited, what it cost.

    Attributes:
        way: How the caller was moved; only `standby` counts.
        heard: See `robots.measure`.
        first_word: From Agent B's arrival in room B to the first word of the briefing.
        cpu: By part, above what the part used while the same people just talked.
        actions: Temporal actions, by kind, as histories have them.
        metered: The same as Temporal meters them, heartbeats among them, by its names.
    """

    way: str
    heard: Figures
    first_word: float | None
    cpu: dict[str, float]
    actions: dict[str, int]
    metered: dict[str, int]


@dataclass(frozen=True)
class Played:
    """One call's transfers, and how quiet the machine was."""

    quiet: Quiet
    transfers: list[Transferred]


@dataclass
class Take:
    """What is known of a transfer once it is over: the scene as it was, and when things were."""

    scene: Scene
    arrived_at: float
    began: float
    ended: float
    cpu: dict[str, float]
    metered: dict[str, int]


async def played(stage: Stage, ledger: Ledger, transfers: int, *, quick: bool = False) -> Played:
    """One call, handed to and fro between two agents; `quick` spends no time on being sure."""
    vigil, takes = Vigil(), []
    async with Scene(Stage(stage.url)) as scene:
        await scene.talking()
        await scene.passing(RESTS_S)
        async with vigil.watching(), ledger.idling():
            undisturbed = await scene.passing(0 if quick else UNDISTURBED_S)
        for _ in range(transfers):
            takes.append(await _taken(scene, stage, ledger, vigil))
            await ledger.weigh()
            scene.a, scene.b = scene.b, scene.a
        await scene.caller.hang_up()
        stalled = max(person.voice.latest_s for person in scene.people) * 1000
        # Numbers last: they keep the event loop busy, and nothing is measured any more.
        found = [await _measured(take, ledger, undisturbed) for take in takes]
    silence = max((one.heard.undisturbed for one in found), default=0.0)
    return Played(vigil.quiet(silence, stalled), found)


async def _taken(scene: Scene, stage: Stage, ledger: Ledger, vigil: Vigil) -> Take:
    """The quick way: B hears the briefing out and accepts while A talks on; A completes.

    Who cuts the briefing short waits 150 ms longer: LiveKit tells B's client of the track that
    went and only after a pause of the one that came (seen, not explained, LiveKit 1.13.5).
    """
    scene.watcher = await watch(
        scene.caller.home, stage.livekit_url, stage.livekit_key, stage.livekit_secret
    )
    await scene.passing(RESTS_S)
    meter = await ledger.metered()
    async with vigil.watching():
        before, began = await ledger.cpu(), time.time()
        await scene.offering()
        place = await scene.b.take_offer(scene.transfer_id)
        await scene.b.until_hears("briefer")
        await until(partial(_is_over, scene.b), BRIEFED_WITHIN_S, "the end of the briefing")
        await scene.accepted()
        await scene.completed()
        await scene.ended()
        after, ended = await ledger.cpu(), time.time()
        await scene.passing(AFTER_S)
    metered = await ledger.metered() - meter
    await scene.unwatched()
    cpu = ledger.above_idling(before, after, ended - began)
    arrived_at, _, _ = place.permissions[0]
    return Take(copy(scene), arrived_at, began, time.time(), cpu, dict(metered))


def _is_over(listener: Agent) -> bool:
    return not listener.ears.hears("briefer", within_s=BEFORE_S)


async def _measured(take: Take, ledger: Ledger, undisturbed: Span) -> Transferred:
    scene = take.scene
    heard = figures(scene, undisturbed)
    first_word = None
    if heard.briefing is not None:
        first_word = heard.briefing - (take.arrived_at - scene.asked_at) * 1000
    return Transferred(
        way=scene.transfer.move.way if scene.transfer.move else "none",
        heard=heard,
        first_word=first_word,
        cpu=take.cpu,
        actions=await ledger.actions(scene.call_id, scene.transfer_id, take.began, take.ended),
        metered=take.metered,
    )
