"""What a part of the proof is: it is told how long and from which seed, and returns what it found.

A part is a coroutine that takes `Wanted` and returns `Found`; `PARTS` in `__main__.py` names all.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from robots.bench.judge import Verdict

OUT = Path("out/proof")


@dataclass(frozen=True)
class Wanted:
    """How a part is to be played; `minutes` is each part's own if it is 0."""

    seed: int
    minutes: float = 0.0
    steps: int = 10_000


@dataclass(frozen=True)
class Played:
    """One line of the table: a test of the matrix, or a transfer of chaos or of the soak.

    Attributes:
        what: The cells, or what went wrong.
        by: The test, or the command that does it again.
        transfers: How many were played in it; `outcome` has one word for each.
        silence_s: The longest in the caller's ears; None where LiveKit itself was away.
        recovered_s: From the fault until all was as it should be.
        broken: Every promise and bound that was broken, in words.
    """

    what: str
    by: str
    outcome: str = ""
    transfers: int = 0
    has_fault: bool = False
    silence_s: float | None = None
    recovered_s: float | None = None
    broken: tuple[str, ...] = ()


@dataclass
class Found:
    """All that one part has played, and its figures beside their targets."""

    rows: list[Played] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Something was played, nothing was broken, and every target was met."""
        kept = not any(row.broken for row in self.rows)
        return bool(self.rows) and kept and all(verdict.held for verdict in self.verdicts)


Part = Callable[[Wanted], Coroutine[Any, Any, Found]]
