"""What one run found, as plain data: a row for each transfer, a moment for each time it struck."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Moment:
    """One or two faults at one step, and what they cost.

    Attributes:
        step: The step of the course at which they struck.
        strikes: In words: what, and for how long.
        kinds: Which bounds hold: see `chaos.bounds`.
        silence_s: For how long, at most, the caller heard nobody from here to the next moment.
        goes_on_s: From when all was mended until the step was done that had been under way.
        deaf_s: Without LiveKit: until the caller heard and was heard again.
        bare_s: The same of two bare clients in the same outage.
        unseen_s: How much of `deaf_s` nobody was there to open the rooms again.
    """

    step: str
    strikes: tuple[str, ...]
    kinds: frozenset[str]
    silence_s: float
    goes_on_s: float | None = None
    deaf_s: float | None = None
    bare_s: float | None = None
    unseen_s: float = 0.0


@dataclass(frozen=True)
class Row:
    """One transfer: its course, all that struck it, how it ended, and what was broken.

    Attributes:
        disturbances: Why it doesn't count, where the machine was too busy.
        proven: What was broken, and is no less broken for a busy machine.
    """

    number: int
    course: str
    outcome: str
    moments: tuple[Moment, ...] = ()
    answer_s: float = 0.0
    broken: tuple[str, ...] = ()
    proven: tuple[str, ...] = ()
    story: tuple[str, ...] = ()
    disturbances: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """The machine was quiet enough, or what was broken has nothing to do with it."""
        return bool(self.proven) or not self.disturbances


@dataclass
class Results:
    """A whole run."""

    seed: int
    rows: list[Row] = field(default_factory=list)

    @property
    def counting(self) -> list[Row]:
        """The transfers that were not void."""
        return [row for row in self.rows if row.counts]

    def moments(self, kind: str = "") -> list[Moment]:
        """The moments of one kind in all that counts."""
        every = (moment for row in self.counting for moment in row.moments)
        return [moment for moment in every if not kind or kind in moment.kinds]
