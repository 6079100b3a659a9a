"""Has pytest write down which cells of the matrix its tests prove, and what they found out.

`pytest -p tests.proof.plugin --proof out/proof/matrix.json`; with `--collect-only` nothing runs.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.findings import Finding
from tests.matrix import Cell, Fault, proven_by


@dataclass
class Proof:
    """What one test proves: `cells` as [row, state] or [fault]; `findings` as they were noted."""

    test: str
    cells: list[list[str]]
    passed: bool = True
    played: bool = False
    findings: list[Finding] = field(default_factory=list)


class Clerk:
    """Writes at the end what every marked test has shown."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._proofs: dict[str, Proof] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            marks = item.iter_markers("cell")
            cells = [named(cell) for mark in marks for cell in proven_by(mark)]
            if cells:
                self._proofs[item.nodeid] = Proof(item.nodeid, cells)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if proof := self._proofs.get(report.nodeid):
            proof.passed = proof.passed and report.passed
            proof.played = proof.played or report.when == "call"
            proof.findings = list(report.user_properties)

    def pytest_sessionfinish(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps([asdict(one) for one in self._proofs.values()], indent=1))


def named(cell: Cell) -> list[str]:
    return [cell.value] if isinstance(cell, Fault) else [part.value for part in cell]


def read(path: Path) -> list[Proof]:
    """What a run has written."""
    told: list[dict[str, Any]] = json.loads(path.read_text())
    return [Proof(**one | {"findings": [tuple(f) for f in one["findings"]]}) for one in told]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proof", metavar="FILE", help="write what is proven to this file, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    if path := config.getoption("--proof"):
        config.pluginmanager.register(Clerk(Path(path)))
