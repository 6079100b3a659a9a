"""A stage for calls and transfers: real Temporal, our own workers and gateway, ports in memory.

When a test is over the stage holds it to what must always be so: see `tests/afterwards.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import dropwhile
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from api.errors import Unavailable
from api.gateway import Gateway
from domain.journal import Batch, Entry, Event
from domain.names import new_id
from domain.orders import CallOrder, Patience
from domain.ports import Ports
from domain.seating import Presence
from durable.search_attributes import register_search_attributes
from durable.workflows import TemporalWorkflows
from tests.afterwards import hold_to_promises
from tests.fakes.record import (
    FakeBriefings,
    FakeJournal,
    FakeLeftovers,
    FakeReservations,
    FakeSealing,
    FakeSeats,
    FakeSummaries,
)
from tests.fakes.rooms import FakeRooms, FakeTokens
from tests.fakes.voices import FakeVoices
from tests.people import Person, StagedCall
from tests.servers import TemporalServer
from worker.build import build_workers

WITHIN_S = 15.0
"""No step of a test takes longer, however busy the machine is."""

BRIEF = Patience(
    offer=timedelta(seconds=30),
    consult=timedelta(seconds=30),
    complete=timedelta(seconds=30),
    move=timedelta(seconds=10),
    gone=timedelta(seconds=0.4),
    host=timedelta(seconds=30),
    introduce=timedelta(seconds=30),
)
"""Nobody waits for somebody gone; everything else ends only if a test says so."""


class Stage:
    """Everything a test may touch."""

    def __init__(self, client: Client, rooms: FakeRooms | None = None) -> None:
        self.client = client
        self.gateway = Gateway(client)
        self.rooms = rooms or FakeRooms()
        self.voices = FakeVoices(client, self.rooms)
        self.summaries = FakeSummaries()
        self.journal = FakeJournal()
        self.seats = FakeSeats()
        self.terminated: set[str] = set()
        """Workflows that ops have ended: nothing is promised of their journals."""
        self.reservations = FakeReservations(self.terminated)
        self.briefings = FakeBriefings()
        self.leftovers = FakeLeftovers(self.journal)
        self.people: dict[str, Person] = {}
        self.calls: list[StagedCall] = []
        self.closely = timedelta(milliseconds=20)
        """How often a close watch looks."""
        self.ends_within_s = WITHIN_S
        self.workflows: list[str] = []
        self.ports = Ports(
            rooms=self.rooms,
            tokens=FakeTokens(),
            voices=self.voices,
            summaries=self.summaries,
            journal=self.journal,
            seats=self.seats,
            briefings=self.briefings,
            reservations=self.reservations,
            sealing=FakeSealing(),
            leftovers=self.leftovers,
            workflows=TemporalWorkflows(client),
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._workers = AsyncExitStack()
        self._changed = asyncio.Event()
        self.journal.on_seat = self._tell_client
        self.rooms.on_change = self._changed.set

    async def open(self) -> None:
        """Let workers work, and hints come."""
        await self._employ()
        self.in_background(self.hint())

    async def replace_workers(self) -> None:
        """Stop all workers in the middle of whatever they do, and let others go on."""
        await self._workers.aclose()
        await self._employ()

    async def close(self) -> None:
        """End everything, whatever has become of it."""
        try:
            await self.end()
        finally:
            await self.abandon()

    async def abandon(self) -> None:
        """Let nobody work any more, whatever is still running."""
        for task in self._tasks:
            task.cancel()
        await self._workers.aclose()

    def person(self, name: str) -> Person:
        """Somebody with a client that does what it is told."""
        return self.people.setdefault(name, Person(self, name))

    async def call(self, patience: Patience = BRIEF, **order: Any) -> StagedCall:
        """Let a caller come in."""
        call_id = new_id("call")
        caller = self.person(f"caller_{len(self.calls) + 1}")
        order = CallOrder(
            tenant="t", call_id=call_id, caller=caller.id, patience=patience, **order
        ).model_dump()
        call = StagedCall(self, CallOrder(**order), caller)
        self.calls.append(call)
        self.workflows.append(call.writer)
        caller.sit(await self.gateway.start_call(call.order))
        # Nobody's seat waits for the record, which is told at the same time.
        await self.until(lambda: bool(call.events) or self.journal.away, "the call is on record")
        return call

    async def talking(self, patience: Patience = BRIEF, **order: Any) -> StagedCall:
        """Let a caller who has waited with hold audio talk with agent A."""
        call = await self.call(patience, **order)
        await call.waits()
        await call.answer(self.person("agt_a"))
        await call.is_with("agt_a")
        return call

    async def until(self, claim: Callable[[], bool], what: str) -> None:
        """Wait until something is so."""
        try:
            async with asyncio.timeout(WITHIN_S):
                while not claim():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"never: {what}\n{self.story()}") from None

    async def only_these_are_in(self, room: str, *people: str) -> None:
        await self.until(lambda: self.rooms.inside(room) == set(people), f"only {people} are in")

    async def until_time(self, since: datetime, seconds: float) -> None:
        """Wait until so long after a moment of the record."""
        left = since + timedelta(seconds=seconds) - datetime.now(UTC)
        await asyncio.sleep(max(0.0, left.total_seconds()))

    def story(self) -> str:
        """Tell what happened so far, for whoever reads a failure."""
        told = [
            f"{entry.at:%M:%S.%f} {writer.partition('/')[0]:8} {entry.event} "
            f"{entry.actor or ''} {entry.transfer.phase if entry.transfer else ''}"
            for writer in self.journal.entries
            for entry in self.journal.of(writer)
        ]
        inside = [f"{room}: {self.rooms.inside(room)}" for room in self.rooms.people]
        return "\n".join(sorted(told) + inside)

    def moments_since(self, event: Event) -> list[Presence]:
        """Recall who was where since the record first told of something."""
        began = min(
            entry.at
            for writer in self.journal.entries
            for entry in self.journal.of(writer)
            if entry.event is event
        )
        return [moment for at, moment in self.rooms.moments_at if at >= began]

    def silences(self, caller: str) -> list[Presence]:
        """Recall the moments at which a caller heard neither agent nor music any more."""
        moments = dropwhile(lambda moment: not _hears(moment, caller), self.rooms.moments)
        return [moment for moment in moments if _is_silent_for(moment, caller)]

    def in_background(self, doing: Any) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _employ(self) -> None:
        for worker in build_workers(
            self.client, self.ports, grace=timedelta(0), closely=self.closely
        ):
            await self._workers.enter_async_context(worker)

    async def hint(self) -> None:
        """Do as LiveKit's webhooks do: say that something may have changed."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            for call in self.calls:
                call.caller.leave_old_room()
                if call.running_transfer() is None or self.journal.away:
                    await self.gateway.look(call.id)

    async def end(self) -> None:
        """Mend everything, hang up, and see every workflow end."""
        self.rooms.away = self.journal.away = False
        self.seats.away = self.reservations.away = False
        self.rooms.failing.clear()
        self.summaries.ready.set()
        for call in self.calls:
            await self._hang_up(call)
        for workflow in self.workflows:
            async with asyncio.timeout(self.ends_within_s):
                with suppress(Exception):
                    await self.client.get_workflow_handle(workflow).result()

    async def _hang_up(self, call: StagedCall) -> None:
        """Hang up, again and again where workers have just been replaced, as clients do."""
        async with asyncio.timeout(self.ends_within_s):
            while True:
                with suppress(Unavailable):
                    await self.gateway.end_call(call.id, call.caller.id)
                    return

    def _tell_client(self, batch: Batch, entry: Entry) -> None:
        notice = entry.seat
        assert notice is not None
        person = self.people[notice.person]
        if person.follows:
            self.in_background(person.obey(batch, entry))


def _is_silent_for(moment: Presence, caller: str) -> bool:
    return bool(_ears(moment, caller)) and not _hears(moment, caller)


def _hears(moment: Presence, caller: str) -> bool:
    rooms = _ears(moment, caller)
    return any(s.room in rooms and s.identity != caller and s.live for s in moment.seen)


def _ears(moment: Presence, caller: str) -> list[str]:
    return [s.room for s in moment.seen if s.identity == caller and s.grant.hear]


async def connected(server: TemporalServer) -> Client:
    """Connect as our processes do, to a server that is ready for our workflows."""
    client = await Client.connect(server.address, data_converter=pydantic_data_converter)
    await register_search_attributes(client)
    return client


@pytest.fixture(scope="session")
async def client(temporal_server: TemporalServer) -> Client:
    """One connection to the one Temporal of the run."""
    return await connected(temporal_server)


@asynccontextmanager
async def staged(client: Client) -> AsyncIterator[Stage]:
    """Play on it; afterwards everything that must always be so is checked."""
    stage = Stage(client)
    await stage.open()
    yield stage
    await stage.close()
    await hold_to_promises(stage)


@pytest.fixture
async def stage(client: Client) -> AsyncIterator[Stage]:
    """Play a test on a stage."""
    async with staged(client) as stage:
        yield stage
