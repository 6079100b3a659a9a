"""What operations watch: figures that the record adds up as it is written."""

from dataclasses import dataclass
from enum import StrEnum

from domain.names import BRIEFER, HOST
from domain.phases import BriefingSource, Cause, Outcome, Phase
from domain.sweeping import Kind

UNKNOWN = "unknown"
"""Label of a failure whose cause was not told."""


class Figure(StrEnum):
    """What is counted, each by one label."""

    TRANSFERS = "transfers"
    """Transfers that have ended, by outcome."""
    FAILURES = "failures"
    """Those that failed, by cause."""
    PHASES = "phases"
    """Seconds of each stay in a phase, by phase; known when the transfer has ended."""
    MOVES = "moves"
    """Seconds from the flip until the caller and agent B were seen live together."""
    SILENCES = "silences"
    """Seconds of silence at the move, as callers' clients reported them."""
    BRIEFINGS = "briefings"
    """Briefings, by who wrote them."""
    NO_SHOWS = "no_shows"
    """Times that a voice agent was wanted in vain, by its name."""
    ORPHANS = "orphans"
    """What had outlived its owner and was swept, by kind."""


LABELS: dict[Figure, tuple[str, ...]] = {
    Figure.TRANSFERS: tuple(Outcome),
    Figure.FAILURES: (*Cause, UNKNOWN),
    Figure.PHASES: tuple(phase for phase in Phase if phase is not Phase.ENDED),
    Figure.MOVES: ("",),
    Figure.SILENCES: ("",),
    Figure.BRIEFINGS: tuple(BriefingSource),
    Figure.NO_SHOWS: (HOST, BRIEFER),
    Figure.ORPHANS: tuple(Kind),
}
"""Closed sets: nothing of a person or a tenant is ever a label."""

BUCKETS: dict[Figure, tuple[float, ...]] = {
    Figure.PHASES: (0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600),
    Figure.MOVES: (0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10),
    Figure.SILENCES: (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 3, 10),
}
"""Of what is measured, in seconds, and not just counted; the last bucket takes the rest."""


@dataclass(frozen=True)
class Tally:
    """How often something was counted, in one bucket of its figure."""

    figure: Figure
    label: str
    at_most: float
    """Upper bound of the bucket; infinite for the last, and for what is just counted."""
    count: int
    sum: float
    """Of what was measured, in seconds."""
