"""The judge of `make bench`: good figures pass, each bad one fails, a busy machine is void."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from robots.bench.judge import judged
from robots.bench.naive import Hop
from robots.bench.picture import draw
from robots.bench.play import Transferred
from robots.bench.processes import Process, spent_ms, tree
from robots.bench.report import lines, write
from robots.bench.results import Kept, Results, Throughput, slope
from robots.bench.run import TRIES, counted
from robots.bench.vigil import MOST_LATE_TICKS, MOST_OTHER_CORES, Quiet, Vigil
from robots.measure import Figures

CALM = Quiet(seconds=10, other=0.1, late_ticks=0, undisturbed=0)
HEARD = Figures(
    undisturbed=10, stalled=0, silence=20, gap=-60, gap_of_caller=-40, briefing=1200, together=400
)
TRANSFER = Transferred(
    "standby", HEARD, 500, {"api": 100, "worker": 200}, {"activity": 40}, {"all": 50}
)
GROWTH = dict.fromkeys(("api", "worker", "host", "briefer"), 0.1)


def good() -> Results:
    held = {"rooms": 0, "descriptors of api": 30}
    return Results(
        transfers=[TRANSFER] * 20,
        hops=[Hop(110, 180)] * 20,
        permission=[220.0] * 20,
        dispatch=[430.0] * 20,
        undisturbed_step=[400.0] * 5,
        killed_waiting=[2000.0] * 5,
        killed_inside=[2500.0] * 5,
        kept=Kept(held, dict(held), GROWTH),
        throughput=Throughput(3, 30),
        quiet={"transfers": [CALM]},
    )


def with_all(**changed: Any) -> Callable[[Results], None]:
    def spoil(results: Results) -> None:
        results.transfers = [replace(TRANSFER, **changed)] * 20

    return spoil


def with_heard(**changed: Any) -> Callable[[Results], None]:
    return with_all(heard=replace(HEARD, **changed))


def with_one(**changed: Any) -> Callable[[Results], None]:
    def spoil(results: Results) -> None:
        results.transfers[7] = replace(TRANSFER, heard=replace(HEARD, **changed))

    return spoil


def with_field(name: str, figures: Any) -> Callable[[Results], None]:
    return lambda results: setattr(results, name, figures)


HELD = {"rooms": 0}
SPOILED: dict[str, Callable[[Results], None]] = {
    "one moved by another way": lambda r: r.transfers.append(replace(TRANSFER, way="rejoin")),
    "half of all callers wait for B's voice": with_heard(gap=1),
    "one caller in silence": with_one(silence=51),
    "one who waited for B's voice": with_one(gap=51),
    "one whose gap was not measured": with_one(gap=None),
    "half of all callers unheard": with_heard(gap_of_caller=5),
    "one caller unheard": with_one(gap_of_caller=60),
    "a naive way that costs nothing": with_field("hops", [Hop(50, 60)]),
    "a slow move": with_heard(together=551),
    "a late first word": with_all(first_word=646),
    "sixty-one actions": with_all(actions={"activity": 61}),
    "few transfers a second": with_field("throughput", Throughput(2, 30)),
    "a room left behind": with_field("kept", Kept(HELD, {"rooms": 1}, GROWTH)),
    "a child process lost": with_field("kept", Kept({"processes of host": 5}, {}, GROWTH)),
    "an api that grows": with_field(
        "kept", Kept(HELD, HELD, {"api": 0.6, "worker": 0, "host": 0, "briefer": 0})
    ),
    "a slow recovery while it waits": with_field("killed_waiting", [3500.0]),
    "a slow recovery inside a step": with_field("killed_inside", [3500.0]),
    "void transfers": with_field("transfers", []),
    "void bare changes": with_field("permission", []),
    "void bare dispatches": with_field("dispatch", []),
    "void naive moves": with_field("hops", []),
    "void throughput": with_field("throughput", None),
    "void kills": with_field("killed_inside", []),
    "nothing known of what is left": with_field("kept", None),
}


def passes(results: Results) -> bool:
    return all(one.held for one in judged(results))


def test_good_figures_pass() -> None:
    assert passes(good())


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_missed_target_fails_the_run(spoil: Callable[[Results], None]) -> None:
    results = good()
    spoil(results)
    assert not passes(results)


def test_nothing_measured_is_no_pass() -> None:
    assert not any(one.held for one in judged(Results()))


@pytest.mark.parametrize(
    "busy",
    [
        replace(CALM, other=MOST_OTHER_CORES + 0.01),
        replace(CALM, late_ticks=MOST_LATE_TICKS + 1),
        replace(CALM, undisturbed=61),
        replace(CALM, stalled=101),
    ],
)
def test_a_busy_machine_disturbs(busy: Quiet) -> None:
    assert busy.disturbances
    assert not CALM.disturbances


class Found:
    def __init__(self, quiet: Quiet) -> None:
        self.quiet = quiet


async def test_what_was_disturbed_is_measured_once_more_and_then_void() -> None:
    busy, calm = Found(replace(CALM, other=1.0)), Found(CALM)
    tries = [busy, calm, *[busy] * TRIES, calm]

    async def measure() -> Found:
        return tries.pop(0)

    results = Results()
    assert await counted(results, "naive", measure) is calm
    assert not results.void
    assert await counted(results, "naive", measure) is None
    assert results.void["naive"]
    assert len(tries) == 1


async def test_a_blocked_clock_is_noticed() -> None:
    vigil = Vigil()
    async with vigil.watching():
        for _ in range(MOST_LATE_TICKS + 2):
            time.sleep(0.1)
            await asyncio.sleep(0.05)
    assert vigil.quiet().late_ticks > MOST_LATE_TICKS


def test_what_a_killed_process_leaves_behind_was_ours_all_the_same() -> None:
    with subprocess.Popen(["sh", "-c", "while :; do :; done & wait"], start_new_session=True) as sh:

        def busy() -> list[Process]:
            return [one for one in tree(os.getpid()) if one.parent == sh.pid and one.cpu_ms > 300]

        while not busy():
            time.sleep(0.02)
        before = tree(os.getpid())
        os.killpg(sh.pid, signal.SIGKILL)
    assert spent_ms(before, tree(os.getpid())) >= 0


def test_one_jump_is_no_growth_and_steady_growth_is() -> None:
    assert slope([100.0] * 10 + [130.0] + [100.0] * 10) == 0
    assert slope([100 + 0.7 * turn for turn in range(20)]) == pytest.approx(0.7)


def test_a_void_run_says_so_and_shows_no_figure_of_it(tmp_path: Path) -> None:
    results = good()
    results.hops, results.void = [], {"naive": ["others used 1.20 cores"]}
    verdicts = judged(results)
    told = "\n".join(lines(results, verdicts))
    assert "void    the naive way" in told
    assert "others used 1.20 cores" in told
    assert "naive way: silence" not in told
    write(tmp_path / "bench.json", results, verdicts)
    assert '"passed": false' in (tmp_path / "bench.json").read_text()
    draw(results, tmp_path / "bench.png")
    assert (tmp_path / "bench.png").stat().st_size > 1000
