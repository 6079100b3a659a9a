"""Who is here is said again and again, however many others come and go."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from api.attendance import Attendance
from domain.errors import Unreachable
from domain.phases import Role
from domain.record import Record
from domain.views import SignedIn

AGAIN = timedelta(seconds=0.3)


class Book:
    """What is told of streams."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.tellings: list[list[str]] = []
        self.told_at: list[float] = []
        self.failing: list[Exception] = []
        self.lost: list[tuple[str, datetime]] = []

    async def streams_seen(self, tenant: str, people: list[str]) -> None:
        self.tellings.append(people)
        self.told_at.append(time.monotonic())
        if self.failing:
            raise self.failing.pop()
        self.seen += people

    async def streams_lost(self, tenant: str, left_at: dict[str, datetime]) -> None:
        self.lost += left_at.items()


def someone(name: str, role: Role = Role.AGENT) -> SignedIn:
    return SignedIn(id=name, name=name, role=role, tenant="t")


@contextlib.asynccontextmanager
async def attendance(
    book: Book, monkeypatch: pytest.MonkeyPatch, pause_s: float = 0.01
) -> AsyncIterator[Attendance]:
    monkeypatch.setattr("api.attendance.AGAIN", AGAIN)
    monkeypatch.setattr("api.attendance.GRACE", timedelta(seconds=0.05))
    monkeypatch.setattr("api.attendance.PAUSE", timedelta(seconds=pause_s))
    attendance = Attendance(cast(Record, cast(Any, book)))
    async with asyncio.TaskGroup() as running:
        running.create_task(attendance.run())
        yield attendance
        attendance.close()


async def until_seen(book: Book, person: str, times: int) -> None:
    async with asyncio.timeout(10):
        while book.seen.count(person) < times:
            await asyncio.sleep(0.01)


async def test_one_who_stays_is_told_of_again_while_others_come_and_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book = Book()

    async def come_and_go(attendance: Attendance) -> None:
        while True:
            with attendance.here(someone("restless")):
                await asyncio.sleep(AGAIN.total_seconds() / 10)

    async with attendance(book, monkeypatch) as here:
        with here.here(someone("steady")):
            others = asyncio.create_task(come_and_go(here))
            await until_seen(book, "steady", 4)
            others.cancel()


async def test_a_stream_is_lost_from_the_moment_it_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book()
    async with attendance(book, monkeypatch) as here:
        with here.here(someone("Ann")):
            await until_seen(book, "Ann", 1)
        closed_by = datetime.now().astimezone()
        async with asyncio.timeout(10):
            while not book.lost:
                await asyncio.sleep(0.01)
    ((person, at),) = book.lost
    assert person == "Ann"
    assert at <= closed_by


async def test_only_agents_are_missed_by_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    book, others = Book(), (someone("Carol", Role.CALLER), someone("Sue", Role.SUPERVISOR))
    async with attendance(book, monkeypatch) as here:
        for other in others:
            with here.here(other):
                await asyncio.sleep(2 * AGAIN.total_seconds())
        with here.here(someone("Ann")):
            await until_seen(book, "Ann", 1)
    assert (book.tellings, book.lost) == ([["Ann"]], [])


async def test_whoever_comes_first_is_told_of_at_once_and_those_in_a_crowd_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book, crowd = Book(), [f"agent {number}" for number in range(20)]
    async with attendance(book, monkeypatch, pause_s=0.5) as here:
        with contextlib.ExitStack() as open_streams:
            open_streams.enter_context(here.here(someone("Ann")))
            for name in crowd:
                await asyncio.sleep(0.01)
                open_streams.enter_context(here.here(someone(name)))
            await until_seen(book, crowd[-1], 1)
        async with asyncio.timeout(10):
            while len(book.lost) <= len(crowd):
                await asyncio.sleep(0.01)
    assert book.tellings[0] == ["Ann"]
    assert all(after - before >= 0.5 for before, after in itertools.pairwise(book.told_at))
    assert {person for person, _ in book.lost} == {"Ann", *crowd}


async def test_one_who_is_back_in_a_moment_never_left(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book()
    async with attendance(book, monkeypatch, pause_s=0.1) as here:
        for _ in range(10):
            with here.here(someone("Ann")):
                await asyncio.sleep(0.03)
        await until_seen(book, "Ann", 1)
        assert book.lost == []


async def test_all_open_streams_are_told_of_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    book, everybody = Book(), ["Ann", "Bob", "Cid"]
    async with attendance(book, monkeypatch) as here:
        with here.here(someone("Ann")), here.here(someone("Bob")), here.here(someone("Cid")):
            await until_seen(book, "Ann", 3)
    assert book.tellings == [everybody] * len(book.tellings)


async def test_whatever_goes_wrong_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    book = Book()
    book.failing = [ValueError("private"), Unreachable("The database did not answer")]
    async with attendance(book, monkeypatch) as here:
        with here.here(someone("Ann")):
            await until_seen(book, "Ann", 2)
    logged = [vars(record) for record in caplog.records]
    assert [line["error"] for line in logged] == ["Unreachable", "ValueError"]
    assert "private" not in repr(logged)
