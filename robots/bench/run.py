"""One run, section by section; each is measured until it was quiet, or is void."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, TypeVar

import httpx
from livekit import api as livekit
from temporalio.client import Client

from robots.bench import yardsticks
from robots.bench.kills import WORKERS, Killer, killed
from robots.bench.ledger import Ledger
from robots.bench.naive import hopped
from robots.bench.play import played
from robots.bench.results import Kept, Results, Throughput, slope
from robots.bench.vigil import Quiet, Vigil
from robots.board import say
from robots.forget import forget
from robots.http import TIMEOUT_S
from robots.scene import Stage
from stack.local import LocalStack

WARM_UP = 5
CALLS_AT_ONCE = 3
AT_ONCE = 20
"""Requests; SQLAlchemy's pool keeps five connections, and opens one when none is free."""
PER_CALL = 2
TRIES = 4
"""Of each figure; of transfers on the average, for what counts of them is kept."""
THROUGHPUT = "tests.bench_throughput"


class Measured(Protocol):
    """Anything that knows how quiet it was while it was measured."""

    @property
    def quiet(self) -> Quiet: ...


M = TypeVar("M", bound=Measured)


class Unmeasured(Exception):
    """A program that was to measure something failed; says what it said."""


class Bench:
    """Fills `results`."""

    def __init__(self, stack: LocalStack, transfers: int, kills: int) -> None:
        self.results = Results()
        self._stack = stack
        self._transfers = transfers
        self._kills = kills
        self._stage = Stage.of({**stack.env, "WARM_TRANSFER_URL": stack.urls["api"]})
        self._began = time.monotonic()

    async def on_the_stack(self) -> None:
        """Everything that needs the running product."""
        stage = self._stage
        client = await Client.connect(self._stack.env["TEMPORAL_ADDRESS"])
        url = stage.livekit_url.replace("ws", "http", 1)
        async with livekit.LiveKitAPI(url, stage.livekit_key, stage.livekit_secret) as lk:
            await self._play(Ledger(self._stack, client, lk))
            await self._measure_yardsticks(lk)
        await asyncio.to_thread(self._stack.start, WORKERS[1])
        await self._kill(Killer(self._stack, client))

    async def in_memory(self) -> None:
        """What needs the machine for itself: transfers a second, with ports in memory."""
        self._say("transfers a second, with ports in memory")
        try:
            found = await self._counted("throughput", _throughput)
        except Unmeasured as failure:
            # Whatever else was measured is worth its ten minutes.
            self.results.void["throughput"] = [str(failure)]
            return
        if found:
            self.results.throughput = found.throughput

    async def _play(self, ledger: Ledger) -> None:
        self._say(f"{WARM_UP} transfers to warm up")
        await played(self._stage, ledger, WARM_UP, quick=True)
        await self._fill_pools(ledger)
        before = await ledger.settled()
        ledger.memory.clear()
        left, tries = self._transfers, TRIES * -(-self._transfers // PER_CALL)
        while left > 0:
            count = min(PER_CALL, left)
            self._say(f"{count} transfers of one call, {left} to go")
            measure = partial(played, self._stage, ledger, count)
            used = len(self.results.quiet.get("transfers", ()))
            found = await self._counted("transfers", measure, tries - used)
            if not found:
                break
            self.results.transfers += found.transfers
            left -= count
        after = await ledger.left(before)
        growth = {name: round(slope(mb), 3) for name, mb in ledger.memory.items()}
        self.results.kept = Kept(before, after, growth)
        if "transfers" in self.results.void:
            self.results.transfers = []

    async def _fill_pools(self, ledger: Ledger) -> None:
        """Have everybody open as many connections as their pools keep: that is no growth."""
        calls = (played(self._stage, ledger, 1, quick=True) for _ in range(CALLS_AT_ONCE))
        await asyncio.gather(*calls)
        async with httpx.AsyncClient(base_url=self._stage.url, timeout=TIMEOUT_S) as http:
            for answer in await asyncio.gather(*(http.get("/readyz") for _ in range(AT_ONCE))):
                answer.raise_for_status()

    async def _measure_yardsticks(self, lk: livekit.LiveKitAPI) -> None:
        count, stage, results = self._transfers, self._stage, self.results
        self._say(f"{count} bare permission changes")
        permission = partial(yardsticks.measured, stage, "permission", count)
        if bare := await self._counted("permission", permission):
            results.permission = bare.took
        self._say(f"{count} bare dispatches")
        async with yardsticks.bare_agent(stage, self._stack.log("bare-agent")):
            dispatch = partial(yardsticks.measured, stage, "dispatch", count)
            if bare := await self._counted("dispatch", dispatch):
                results.dispatch = bare.took
        hops = max(1, count // 2)
        self._say(f"{hops} moves the naive way")
        if naive := await self._counted("naive", partial(hopped, stage, lk, hops)):
            results.hops = naive.hops

    async def _kill(self, killer: Killer) -> None:
        self._say(f"a worker killed {2 * self._kills} times")
        if found := await self._counted("kills", partial(killed, self._stage, killer, self._kills)):
            self.results.undisturbed_step = found.undisturbed
            self.results.killed_waiting = found.waiting
            self.results.killed_inside = found.inside

    async def _counted(
        self, section: str, measure: Callable[[], Awaitable[M]], tries: int = TRIES
    ) -> M | None:
        return await counted(self.results, section, measure, self._say, tries)

    def _say(self, what: str) -> None:
        say(f"{time.monotonic() - self._began:6.0f} s  {what}")


async def counted(
    results: Results,
    section: str,
    measure: Callable[[], Awaitable[M]],
    tell: Callable[[str], None] = lambda _: None,
    tries: int = TRIES,
) -> M | None:
    """Measure until it was quiet, at most so many times; None is void."""
    reasons: list[str] = []
    for _ in range(tries):
        forget()
        found = await measure()
        results.quiet.setdefault(section, []).append(found.quiet)
        if not (disturbed := found.quiet.disturbances):
            return found
        reasons += disturbed
        tell(f"   that does not count: {', '.join(disturbed)}")
    results.void.setdefault(section, []).extend(reasons)
    return None


class InMemory:
    """What the program that needs product code says."""

    def __init__(self, quiet: Quiet, throughput: Throughput) -> None:
        self.quiet = quiet
        self.throughput = throughput


async def _throughput() -> InMemory:
    """Run beside, because robots know no product code."""
    vigil = Vigil()
    async with vigil.watching():
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", THROUGHPUT),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            said, complained = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
    if process.returncode:
        raise Unmeasured(f"{THROUGHPUT} failed: {complained.decode()[-300:]}")
    return InMemory(vigil.quiet(), Throughput(**json.loads(said.splitlines()[-1])))
