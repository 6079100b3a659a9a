"""The workflow and worker that send voice agents in these tests, as the product's own do."""

import asyncio
import base64
import time
from dataclasses import dataclass
from datetime import timedelta

from livekit import api
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from adapters.sealing import Sealer
from domain.payload import Payload
from domain.voice import BriefingOrder, HostOrder, SpeechProgress

SECRET = "3e1f0a9b7c5d2468ace013579bdf8642"
OVERLAP_S = 0.3
"""From a track being published to its being heard."""


class Errand(Payload):
    """What the test workflow has done: one voice agent's job in one room."""

    agent: str
    room: str
    person: str
    sentences: tuple[str, ...] = ()
    deadline: timedelta = timedelta(seconds=60)
    twice: bool = False


@workflow.defn(sandboxed=False)
class ErrandWorkflow:
    """One activity that a voice agent completes by itself."""

    @workflow.run
    async def run(self, errand: Errand) -> SpeechProgress | None:
        progress: SpeechProgress | None = await workflow.execute_activity(
            "send_agent",
            errand,
            result_type=SpeechProgress | None,  # type: ignore[arg-type]
            heartbeat_timeout=timedelta(seconds=5),
            start_to_close_timeout=errand.deadline,
            schedule_to_close_timeout=errand.deadline,
            retry_policy=RetryPolicy(
                initial_interval=timedelta(milliseconds=100), backoff_coefficient=1
            ),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        return progress


@dataclass
class Sent:
    """One attempt to send an agent."""

    at_s: float
    attempt: int
    first: int


class Sender:
    """The worker's side, as the product does it: dispatch, confirm, put ghosts out."""

    def __init__(self, livekit: api.LiveKitAPI) -> None:
        self.livekit = livekit
        self.sent: list[Sent] = []

    @activity.defn
    async def send_agent(self, errand: Errand) -> SpeechProgress | None:
        info = activity.info()
        said = [SpeechProgress.model_validate(d) for d in info.heartbeat_details]
        first = said[0].next if said else 0
        self.sent.append(Sent(time.monotonic(), info.attempt, first))
        token = base64.b64encode(info.task_token).decode()
        # Activity ids count from 1 in every run: alone they would mix up two workflows' agents.
        act = f"{info.workflow_run_id}-{info.activity_id}"
        order = (
            HostOrder(
                task_token=token,
                activity_id=act,
                attempt=info.attempt,
                caller=errand.person,
            )
            if errand.agent == "host"
            else BriefingOrder(
                task_token=token,
                activity_id=act,
                attempt=info.attempt,
                listener=errand.person,
                sentences=errand.sentences,
                first=first,
            )
        )
        request = api.CreateAgentDispatchRequest(
            agent_name=errand.agent,
            room=errand.room,
            metadata=Sealer(SECRET).seal(order.model_dump_json()),
        )
        dispatch = await self.livekit.agent_dispatch.create_dispatch(request)
        if errand.twice:
            await self.livekit.agent_dispatch.create_dispatch(request)
        if not await self._confirmed(errand.room, act, info.attempt):
            await self.livekit.agent_dispatch.delete_dispatch(dispatch.id, errand.room)
            raise ApplicationError("nobody came")
        activity.raise_complete_async()

    async def _confirmed(self, room: str, act: str, attempt: int) -> bool:
        """See the agent come, and put out its dead predecessors.

        A host's predecessor may still be playing: it goes once the new one plays, or need not.
        """
        until_s = time.monotonic() + 3
        while time.monotonic() < until_s:
            people = [p for p in await self._people(room) if p.attributes.get("act") == act]
            new = [p for p in people if p.attributes["attempt"] == str(attempt)]
            old = [p for p in people if p.attributes["attempt"] != str(attempt)]
            is_patient = any(p.tracks for p in old) and time.monotonic() < until_s - 1.5
            if new and old and not new[0].tracks and new[0].identity[:4] == "host" and is_patient:
                await asyncio.sleep(0.1)
                continue
            for person in old if new else []:
                await asyncio.sleep(OVERLAP_S)
                await self.livekit.room.remove_participant(
                    api.RoomParticipantIdentity(room=room, identity=person.identity)
                )
            if new:
                return True
            await asyncio.sleep(0.1)
        return False

    async def _people(self, room: str) -> list[api.ParticipantInfo]:
        answer = await self.livekit.room.list_participants(api.ListParticipantsRequest(room=room))
        return list(answer.participants)
