"""The parts that are tests: the whole matrix, and the property tests with many more steps."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from statistics import median

from robots.bench.judge import Verdict
from tests.findings import ANSWERED, BRIEFED, GOES_ON, OUTCOME, RECOVERED, SILENCE
from tests.matrix import Fault
from tests.proof.parts import OUT, Found, Played, Wanted
from tests.proof.plugin import Proof, named, read

PROPERTIES = "tests/test_any_order.py"
FAULTS = {fault.value for fault in Fault}


async def matrix(_wanted: Wanted) -> Found:
    """Every test that proves a cell, those for which `make test` has no time among them."""
    path = OUT / "tests.json"
    path.unlink(missing_ok=True)
    everything = ("--override-ini", "norecursedirs=.*", "-m", "cell")
    writing = ("-p", "tests.proof.plugin", "--proof", str(path))
    failed = await _pytest(*everything, *writing, "tests")
    proofs = read(path) if path.exists() else []
    rows = [row_of(one) for one in proofs]
    if failed and not any(row.broken for row in rows):
        rows.append(Played("whatever is no test", "pytest", broken=("see the output above",)))
    return Found(rows, list(verdicts_of(proofs)))


async def properties(wanted: Wanted) -> Found:
    """Any order of everything, for so many steps from a fixed seed and a fresh one."""
    told = {"PROPERTY_STEPS": str(wanted.steps), "PROPERTY_SEED": str(wanted.seed)}
    failed = await _pytest(PROPERTIES, **told)
    broken = ("what was played is in the output above",) if failed else ()
    what = f"any order of starts, decisions, comings and goings: {wanted.steps} steps"
    return Found([Played(what, f"PROPERTY_SEED={wanted.seed} {PROPERTIES}", broken=broken)])


async def _pytest(*arguments: str, **told: str) -> int:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", *arguments),
        env={**os.environ, **told},
        start_new_session=True,  # told to stop by us, and once: Ctrl-C reaches everybody else
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await process.wait()


def row_of(proof: Proof) -> Played:
    """What one test has shown; one that failed, or never ran, has broken something."""
    outcomes = [str(found) for found in _found(proof, OUTCOME)]
    silences = [float(str(found)) for found in _found(proof, SILENCE)]
    recovered = [float(str(found)) for found in _found(proof, RECOVERED)]
    kept = proof.played and proof.passed
    return Played(
        what="; ".join(" · ".join(cell) for cell in proof.cells),
        by=proof.test,
        outcome=", ".join(outcomes),
        transfers=len(outcomes),
        has_fault=any(cell[0] in FAULTS for cell in proof.cells),
        silence_s=max(silences, default=None),
        recovered_s=max(recovered, default=None),
        broken=() if kept else ("the test failed",),
    )


def verdicts_of(proofs: list[Proof]) -> Iterator[Verdict]:
    """What tests have noted, beside its targets; what none has noted is missed."""
    went_on = _all(proofs, GOES_ON)
    yield _most("Temporal's return until it goes on", went_on, 8.0)
    middle = median(went_on) if went_on else None
    yield Verdict("Temporal's return until it goes on, median", middle, 5.0, "s")
    yield _most("until an api that lacks something has said so", _all(proofs, ANSWERED), 3.0)
    yield _most("a killed briefer until the next one is heard", _all(proofs, BRIEFED), 10.0)
    killed = [one for one in proofs if named(Fault.F7) in one.cells]
    yield _most("LiveKit killed until everybody is heard again", _all(killed, RECOVERED), 10.0)


def _most(what: str, figures: list[float], target: float) -> Verdict:
    return Verdict(f"{what}, longest of {len(figures)}", max(figures, default=None), target, "s")


def _all(proofs: Iterable[Proof], name: str) -> list[float]:
    return [float(str(one)) for one in chain.from_iterable(_found(p, name) for p in proofs)]


def _found(proof: Proof, name: str) -> list[object]:
    return [figure for known, figure in proof.findings if known == name]
