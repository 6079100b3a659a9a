"""The parts that break things by chance: chaos, and a soak whose memory and files stay flat."""

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from livekit import api as livekit
from temporalio.client import Client

from chaos import run as playing
from chaos.bounds import BOUNDS, HEARD, verdicts
from chaos.faults import Killed, Orphaned, Stopped
from chaos.figures import Results, Row
from chaos.ground import Ground
from chaos.knocking import ANSWER_S
from chaos.measure import measured
from chaos.plan import Strike, plans
from chaos.play import Play
from chaos.report import again, told
from robots.bench.judge import MOST_GROWTH_MB, OURS, Verdict
from robots.bench.ledger import Ledger, changed
from robots.bench.processes import memory_mb
from robots.bench.results import slope
from robots.board import say
from robots.forget import forget
from stack.parts import kind
from tests.proof.parts import Found, Played, Wanted

CHAOS_MINUTES, SOAK_MINUTES = 45.0, 30.0
"""So long, for two hundred transfers with faults: 86 are in the matrix, some 38 in the soak, and
one of chaos takes 32 s."""
STRUCK_EVERY = 2
"""Of the soak's transfers, every second has faults."""
ENDS = (Killed, Stopped, Orphaned)
"""Not to processes of ours: who is begun anew every ten transfers shows no growth, or that of a
beginning (24 → 27 descriptors, 0.6 MB a transfer)."""
POOLS = 8
"""So many descriptors more may a process hold: connections are pooled as they are first needed at
one time (five to the record, two files each). One kept by each tenth transfer would be more."""
WARM_UP = 5
"""So many transfers does each process take to have loaded what it needs (a host: 30 MB)."""
LIVES = 8
"""So many transfers at least must a process have lived through, warm, to say how it grows."""


async def chaos(wanted: Wanted) -> Found:
    """Everything that can break, at every step, by a seed; a bound that nothing met is missed."""
    with tempfile.TemporaryDirectory(prefix="warm-transfer-chaos-") as data:
        minutes = wanted.minutes or CHAOS_MINUTES
        results = await playing.run(wanted.seed, Path(data), minutes=minutes)
    played = found(results)
    met = {one.bound for one in verdicts(results)}
    played.verdicts += [
        Verdict(f"{bound.kind}: {bound.what}, of none", None, bound.most, bound.unit)
        for bound in BOUNDS
        if bound not in met
    ]
    return played


def found(results: Results) -> Found:
    """What chaos returned, as lines of our table; what was void is no line of it."""
    void = len(results.rows) - len(results.counting)
    return Found(
        [_played(row, results.seed) for row in results.counting],
        list(_judged(results)),
        [f"{void} transfers of {len(results.rows)} were void: the machine was too busy"],
    )


def _judged(results: Results) -> Iterator[Verdict]:
    """Each bound of chaos over the whole run, and how long the api let anybody wait."""
    for one in verdicts(results):
        bound = one.bound
        what = f"{bound.kind}: {bound.what}".removeprefix(": ")
        if bound.middle is not None:
            yield Verdict(f"{what}, median", one.middle, bound.middle, bound.unit)
        if bound.most != float("inf"):
            yield Verdict(f"{what}, longest", max(one.figures), bound.most, bound.unit)
    slowest = max((row.answer_s for row in results.counting), default=None)
    yield Verdict("an answer of the api, slowest, above a control", slowest, ANSWER_S, "s")


def _played(row: Row, seed: int) -> Played:
    heard = [one.silence_s for one in row.moments if HEARD in one.kinds]
    went_on = [one.goes_on_s for one in row.moments if one.goes_on_s is not None]
    struck = [f"{one.step}: {' + '.join(one.strikes)}" for one in row.moments]
    return Played(
        what="; ".join([row.course, *struck]),
        by=again(seed, row.number),
        outcome=row.outcome,
        transfers=1,
        has_fault=bool(row.moments),
        silence_s=max(heard, default=None),
        recovered_s=max(went_on, default=None),
        broken=row.broken,
    )


async def soak(wanted: Wanted) -> Found:
    """Transfer after transfer, faults now and then; nothing grows and nothing is left."""
    with tempfile.TemporaryDirectory(prefix="warm-transfer-soak-") as data:
        async with Ground(Path(data)) as ground:
            env = ground.stack.env
            url = env["LIVEKIT_URL"].replace("ws", "http", 1)
            keys = env["LIVEKIT_API_KEY"], env["LIVEKIT_API_SECRET"]
            client = await Client.connect(env["TEMPORAL_ADDRESS"])
            async with livekit.LiveKitAPI(url, *keys) as lk:
                soaking = Soak(ground, Ledger(ground.stack, client, lk), wanted.seed)
                return await soaking.out(wanted.minutes or SOAK_MINUTES)


def spares_us(strike: Strike) -> bool:
    """Whether this fault ends no process of ours."""
    return not (isinstance(strike.fault, ENDS) and strike.fault.touches & set(OURS))


class Soak:
    """One soak on one ground."""

    def __init__(self, ground: Ground, ledger: Ledger, seed: int) -> None:
        self._ground = ground
        self._ledger = ledger
        self._results = Results(seed)
        self._memory: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
        """By part and process: one that was killed and started again begins anew."""

    async def out(self, minutes: float) -> Found:
        """Warm up, play for so long, and see what has grown."""
        before: dict[str, int] = {}
        ends = time.monotonic() + minutes * 60
        for plan in plans(self._results.seed):
            if time.monotonic() > ends and plan.number > WARM_UP:
                break
            if plan.number == WARM_UP + 1:
                before = await self._ledger.settled()
            forget()
            is_struck = plan.number > WARM_UP and plan.number % STRUCK_EVERY == 0
            strikes = tuple(filter(spares_us, plan.strikes)) if is_struck else ()
            play = Play(self._ground, replace(plan, strikes=strikes))
            await play.out()
            row = measured(play)
            self._results.rows.append(row)
            for line in told(row, self._results.seed):
                say(line)
            if plan.number > WARM_UP:
                await self._weigh()
        after = await self._ledger.left(before)
        result = found(self._results)
        result.verdicts = [
            *(replace(one, what=f"soak: {one.what}") for one in result.verdicts),
            *self._verdicts(before, after),
        ]
        result.remarks += [
            f"{name} weighed, transfer by transfer, MB: {', '.join(f'{one:.0f}' for one in mb)}"
            for name, mb in self._lives()
        ]
        return result

    async def _weigh(self) -> None:
        for name in self._ground.stack.names:
            pid = self._ground.stack.pid(name)
            self._memory[name, pid].append(await asyncio.to_thread(memory_mb, pid))

    def _lives(self) -> Iterator[tuple[str, list[float]]]:
        """What each process of ours weighed that lived long enough, in MB after each transfer."""
        for (name, _), mb in self._memory.items():
            if kind(name) in OURS and len(mb) >= WARM_UP + LIVES:
                yield name, mb

    def _verdicts(self, before: dict[str, int], after: dict[str, int]) -> Iterator[Verdict]:
        different = changed(before, after, pools=POOLS)
        told = ", ".join(f"{name} {before.get(name)} → {after.get(name)}" for name in different)
        what = told or "rooms, dispatches, processes, open files"
        yield Verdict(f"soak: different after it: {what}", len(different), 0, "")
        for part in OURS:
            grown = [slope(mb[WARM_UP:]) for name, mb in self._lives() if kind(name) == part]
            most = max(grown, default=None)
            yield Verdict(f"soak: memory of {part}, a transfer", most, MOST_GROWTH_MB, "MB")
