"""The proof says what was played, and passes only if everything was, and nothing was broken."""

from dataclasses import replace
from pathlib import Path

import pytest

from chaos import faults
from chaos.faults import Frozen, Killed, Locked, Orphaned, Stopped
from chaos.figures import Moment, Results, Row
from chaos.plan import Strike
from robots.bench.ledger import changed
from tests.matrix import Fault
from tests.proof import report
from tests.proof.breaking import POOLS, found, spares_us
from tests.proof.parts import Found, Played
from tests.proof.playing import row_of, verdicts_of
from tests.proof.plugin import Proof

KILLED = Fault.F1.value
KEPT = Played(
    what=KILLED,
    by="tests/live/test_x.py::test_y",
    outcome="completed",
    transfers=1,
    has_fault=True,
    silence_s=0.2,
    recovered_s=1.9,
)


def missed(rows: list[Played]) -> list[str]:
    return [one.what for one in report.overall(rows) if not one.held]


def test_two_hundred_transfers_with_faults_that_were_kept_meet_every_target() -> None:
    assert missed([KEPT] * 200) == []


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (replace(KEPT, broken=("the test failed",)), "promises and bounds broken"),
        (replace(KEPT, outcome="none"), "callers lost: transfers without an outcome"),
        (replace(KEPT, silence_s=5.1), "silence of a caller, longest"),
    ],
)
def test_one_that_was_not_is_noticed_among_hundreds(row: Played, what: str) -> None:
    assert missed([KEPT] * 200 + [row]) == [what]


def test_too_few_prove_nothing() -> None:
    assert missed([KEPT] * 199) == ["transfers with faults"]
    assert not Found().passed


def test_a_test_that_failed_or_never_ran_is_broken() -> None:
    proof = Proof("tests/live/test_x.py::test_y", [[KILLED]], played=True)
    proof.findings = [("outcome", "completed"), ("silence_s", 0.2), ("recovered_s", 1.9)]
    assert row_of(proof) == KEPT
    assert row_of(replace(proof, passed=False)).broken
    assert row_of(replace(proof, played=False)).broken


def test_figures_that_tests_noted_are_held_to_their_targets_and_none_is_missed() -> None:
    findings = [("goes_on_s", 2.0), ("goes_on_s", 9.0), ("answered_s", 1.0)]
    proof = Proof("tests/live/test_x.py::test_y", [["F5"]], findings=list(findings))
    held = {one.what: one.held for one in verdicts_of([proof])}
    assert held == {
        "Temporal's return until it goes on, longest of 2": False,
        "Temporal's return until it goes on, median": False,
        "until an api that lacks something has said so, longest of 1": True,
        "a killed briefer until the next one is heard, longest of 0": False,
        "LiveKit killed until everybody is heard again, longest of 0": False,
    }


def test_what_chaos_found_is_told_with_the_command_that_does_it_again() -> None:
    moment = Moment("complete", ("worker is killed for 1.0 s",), frozenset({"heard"}), 0.2, 1.9)
    counts = Row(3, "quick", "completed", (moment,))
    void = Row(4, "quick", "completed", (moment,), disturbances=("others used 0.9 cores",))
    told = found(Results(7, [counts, void]))
    (row,) = told.rows
    assert row.by == 'make chaos ARGS="--seed 7 --only 3"'
    assert (row.silence_s, row.recovered_s, row.has_fault) == (0.2, 1.9, True)
    assert told.remarks == ["1 transfers of 2 were void: the machine was too busy"]


def test_parts_that_were_played_apart_are_one_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "OUT", tmp_path)
    monkeypatch.setattr(report, "PAGE", tmp_path / "proof.md")
    report.keep("matrix", Found([KEPT]), 1)
    report.keep("soak", Found([replace(KEPT, by="make chaos")]), 2)
    report.write(report.kept("matrix", "chaos", "soak"))
    page = (tmp_path / "proof.md").read_text()
    assert f"| {KILLED} | `tests/live/test_x.py::test_y` | completed | 0.2 | 1.9 |" in page
    assert "## What was played: soak" in page
    assert "What was played: chaos" not in page


def test_a_pool_that_fills_is_no_leak_and_anything_more_is() -> None:
    before = {"descriptors of worker": 24, "rooms": 0}
    assert changed(before, before | {"descriptors of worker": 32}, pools=POOLS) == []
    assert changed(before, before | {"descriptors of worker": 33}, pools=POOLS) == [
        "descriptors of worker"
    ]
    assert changed(before, before | {"rooms": 1}, pools=POOLS) == ["rooms"]


@pytest.mark.parametrize(
    ("fault", "spares"),
    [
        (Killed("worker"), False),
        (Stopped("voices"), False),
        (Orphaned("briefer"), False),
        (Frozen("worker"), True),
        (Killed("livekit"), True),
        (Locked("database"), True),
    ],
)
def test_a_soak_ends_no_process_that_is_weighed(fault: faults.Fault, spares: bool) -> None:
    assert spares_us(Strike(0, 0.0, fault, 1.0)) is spares
