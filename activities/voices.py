"""Steps done by voice agents, which complete these activities themselves.

A step dispatches the agent with the sealed task token of its own attempt and stays open; from
then on the agent heartbeats and completes it. A dead agent is a missed heartbeat, and the next
attempt dispatches another. The token is the fence: a late agent of a dead attempt is refused.
"""

import base64
import hashlib

from temporalio import activity

from domain.briefing import SpeakOrder
from domain.names import BRIEFER, HOST
from domain.orders import HostWanted
from domain.ports import Briefings, Sealing, Voices
from domain.voice import BriefingOrder, HostOrder, SpeechProgress


class VoiceActivities:
    """Sends hosts and briefers into rooms."""

    def __init__(self, voices: Voices, briefings: Briefings, sealing: Sealing) -> None:
        self._voices = voices
        self._briefings = briefings
        self._sealing = sealing

    @activity.defn
    async def host(self, wanted: HostWanted) -> None:
        """Have a host look after a room. Safe to repeat: earlier attempts' hosts are put out."""
        order = HostOrder(
            task_token=_task_token(),
            activity_id=_activity_id(),
            attempt=activity.info().attempt,
            caller=wanted.caller,
        )
        await self._dispatch(HOST, wanted.room, order)

    @activity.defn
    async def speak(self, wanted: SpeakOrder) -> SpeechProgress:
        """Have the briefing spoken. Safe to repeat: it goes on at the sentence that was cut."""
        details = activity.info().heartbeat_details
        spoken = SpeechProgress.model_validate(details[0]) if details else SpeechProgress()
        order = BriefingOrder(
            task_token=_task_token(),
            activity_id=_activity_id(),
            attempt=activity.info().attempt,
            listener=wanted.listener,
            sentences=await self._briefings.sentences(wanted.tenant, wanted.transfer_id),
            first=spoken.next,
        )
        await self._dispatch(BRIEFER, wanted.room, order)
        return spoken

    @activity.defn
    async def dismiss_briefer(self, room: str) -> None:
        """Put briefers out of a room, and see them gone. Safe to repeat: gone stays gone."""
        await self._voices.dismiss(BRIEFER, room)

    async def _dispatch(self, agent: str, room: str, order: HostOrder | BriefingOrder) -> None:
        await self._voices.dispatch(
            agent,
            room,
            self._sealing.seal(order.model_dump_json()),
            activity_id=order.activity_id,
            attempt=order.attempt,
        )
        activity.raise_complete_async()


def _task_token() -> str:
    return base64.b64encode(activity.info().task_token).decode()


def _activity_id() -> str:
    info = activity.info()
    unique = f"{info.workflow_id}/{info.workflow_run_id}/{info.activity_id}"
    return hashlib.sha256(unique.encode()).hexdigest()[:16]
