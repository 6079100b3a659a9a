"""Server-sent events: a snapshot first, then everything that happens, each with a growing id."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC, datetime, timedelta

from fastapi.sse import ServerSentEvent
from pydantic import TypeAdapter

from api.auth import Asker
from api.sight import Sight
from api.tailer import Subscription, Tailer
from domain.phases import GOING_ON, RUNNING, CallState, Phase, Role
from domain.record import EventKind, EventRow, Record
from domain.views import AgentView, CallView, SeatNoticeView, TransferView

RETRY = timedelta(seconds=1)
"""After which a client comes back when a stream breaks."""
MOST_REPLAYED = 2_000
"""Rows; whoever was away for longer is quicker with a snapshot."""
PAGE = 500
RESYNC = "resync"
BOTH_ROOMS = (Phase.OFFERING, Phase.BRIEFING, Phase.CONSULTING, Phase.MOVING)
"""When a caller's page that comes back has a seat in room B besides the call's."""
MOST_SHOWN = 500

AGENTS = TypeAdapter(tuple[AgentView, ...])


def event(kind: str, data: str, at: int | None = None) -> ServerSentEvent:
    """Make one event; `at` is where a client that has seen it may resume."""
    return ServerSentEvent(event=kind, raw_data=data, id=None if at is None else str(at))


class Follower:
    """One open stream: everything that concerns a person, or one transfer."""

    def __init__(self, asker: Asker, record: Record, transfer_id: str | None = None) -> None:
        self._asker = asker
        self._record = record
        self._transfer_id = transfer_id
        self._sight = Sight(asker)
        self._at = 0
        """The newest row that is told, or contained in what is told."""
        self._over = False

    async def follow(self, tailer: Tailer, last: int | None) -> AsyncGenerator[ServerSentEvent]:
        """Tell everything since `last`, or how things are; then whatever happens."""
        yield ServerSentEvent(retry=round(RETRY.total_seconds() * 1000))
        with tailer.subscribe() as rows:
            async for told in self._beginning(last):
                yield told
            while not self._over:
                row = await self._next(rows)
                if rows.fell_behind:
                    rows.start_over()
                    async for told in self._start_over():
                        yield told
                elif row is None:
                    return
                elif row.id > self._at and (news := self._tell(row)):
                    yield news

    async def _next(self, rows: Subscription) -> EventRow | None:
        """Wait for a row; None when the server stops or the token has expired."""
        left = self._asker.expires_at - datetime.now(UTC)
        try:
            return await asyncio.wait_for(rows.read(), max(0.0, left.total_seconds()))
        except TimeoutError:
            return None

    async def _beginning(self, last: int | None) -> AsyncIterator[ServerSentEvent]:
        if last is None:
            beginning = self._snapshot()
        elif await self._is_kept(last):
            # Before the rows are read: one that ends it later is still to come.
            self._over = await self._has_ended()
            await self._recall()
            beginning = self._replay(last)
        else:
            beginning = self._start_over()
        async for told in beginning:
            yield told

    async def _is_kept(self, last: int) -> bool:
        newest = await self._record.newest_event()
        oldest = await self._record.oldest_event()
        return oldest - 1 <= last <= newest and newest - last <= MOST_REPLAYED

    async def _has_ended(self) -> bool:
        if not self._transfer_id:
            return False
        transfer = await self._record.transfer(self._asker.tenant, self._transfer_id)
        return transfer is not None and transfer.phase is Phase.ENDED

    async def _recall(self) -> None:
        """Know what a page that resumes shows of calls, so that it is told when that ends."""
        if self._transfer_id or self._asker.role is not Role.AGENT:
            return
        async for call in self._my_calls(await self._my_transfers()):
            self._sight.call(call)

    async def _replay(self, last: int) -> AsyncIterator[ServerSentEvent]:
        self._at = last
        while rows := await self._record.events_after(self._at, limit=PAGE):
            for row in rows:
                if told := self._tell(row, replayed=True):
                    yield told

    def _tell(self, row: EventRow, *, replayed: bool = False) -> ServerSentEvent | None:
        self._at = row.id
        if self._transfer_id and (
            row.transfer_id != self._transfer_id or row.kind is not EventKind.TRANSFER
        ):
            return None
        self._over = self._over or (bool(self._transfer_id) and row.last)
        told = self._sight.look(row, replayed=replayed)
        return None if told is None else event(row.kind, told, row.id)

    async def _start_over(self) -> AsyncIterator[ServerSentEvent]:
        yield event(RESYNC, "{}")
        async for told in self._snapshot():
            yield told

    async def _snapshot(self) -> AsyncIterator[ServerSentEvent]:
        # Only the last event carries the id: a client cut off before it needs all of them again.
        self._at = await self._record.newest_event()
        if self._transfer_id:
            parts = self._this_transfer(self._transfer_id)
        elif self._asker.role is Role.CALLER:
            parts = self._callers_things(self._asker.call_id or "")
        else:
            parts = self._agents_things()
        before: ServerSentEvent | None = None
        async for told in parts:
            if before:
                yield before
            before = told
        if before:
            yield before.model_copy(update={"id": str(self._at)})

    async def _this_transfer(self, transfer_id: str) -> AsyncIterator[ServerSentEvent]:
        transfer = await self._record.transfer(self._asker.tenant, transfer_id)
        if transfer:
            self._over = transfer.phase is Phase.ENDED
            yield event(EventKind.TRANSFER, self._sight.transfer(transfer))

    async def _callers_things(self, call_id: str) -> AsyncIterator[ServerSentEvent]:
        tenant = self._asker.tenant
        call = await self._record.call(tenant, call_id)
        if call is None:
            return
        running = call.transfer_id
        transfer = await self._record.transfer(tenant, running) if running else None
        if transfer:
            yield event(EventKind.TRANSFER, self._sight.transfer(transfer))
        if transfer and transfer.rooms.b and transfer.phase in BOTH_ROOMS:
            notice = SeatNoticeView(
                call_id=call_id, transfer_id=transfer.id, room=transfer.rooms.b, why="standby"
            )
            yield event(EventKind.SEAT, notice.model_dump_json())
        yield event(EventKind.CALL, self._sight.call(call))

    async def _agents_things(self) -> AsyncIterator[ServerSentEvent]:
        transfers = await self._my_transfers()
        async for call in self._my_calls(transfers):
            yield event(EventKind.CALL, self._sight.call(call))
        for transfer in transfers:
            yield event(EventKind.TRANSFER, self._sight.transfer(transfer))
            if transfer.phase is Phase.OFFERING and transfer.to.agent == self._asker.id:
                yield event(EventKind.OFFER, self._sight.transfer(transfer))
        agents = await self._record.agents(self._asker.tenant)
        yield event(EventKind.AGENTS, AGENTS.dump_json(agents).decode())

    async def _my_transfers(self) -> list[TransferView]:
        return [transfer for phase in RUNNING for transfer in await self._transfers(phase)]

    async def _my_calls(self, transfers: list[TransferView]) -> AsyncIterator[CallView]:
        mine, tenant = {transfer.call_id for transfer in transfers}, self._asker.tenant
        for state in GOING_ON:
            calls = await self._record.calls(tenant, state=state, limit=MOST_SHOWN, before=None)
            for call in calls:
                if self._concerns_me(call) or call.id in mine:
                    yield call

    async def _transfers(self, phase: Phase) -> tuple[TransferView, ...]:
        everything = self._asker.role is Role.SUPERVISOR
        return await self._record.transfers(
            self._asker.tenant,
            agent=None if everything else self._asker.id,
            call_id=None,
            reference=None,
            phase=phase,
            limit=MOST_SHOWN,
            before=None,
        )

    def _concerns_me(self, call: CallView) -> bool:
        if self._asker.role is Role.SUPERVISOR or call.state is CallState.WAITING:
            return True
        return (call.agent is not None and call.agent.id == self._asker.id) or any(
            person.id == self._asker.id for person in call.people
        )
