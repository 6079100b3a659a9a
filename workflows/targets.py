"""Who is asked to take over: one after the other, until somebody does."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.journal import Attempt
    from domain.phases import Outcome


PASSES_ON = frozenset(
    {
        Outcome.BUSY,
        Outcome.DECLINED,
        Outcome.NO_ANSWER,
        Outcome.TIMED_OUT,
        Outcome.AGENT_B_LEFT,
    }
)
"""Somebody else may do better than a target who ended like this."""


class Targets:
    """The one who is asked, who is next, and how it went with those before."""

    def __init__(self, first: str, fallbacks: tuple[str, ...]) -> None:
        self.asked = first
        self._next = list(fallbacks)
        self._wanted_instead: str | None = None
        self._attempts: list[Attempt] = []

    @property
    def is_redirected(self) -> bool:
        """Agent A wants somebody else to be asked, at once."""
        return self._wanted_instead is not None

    def redirect(self, agent: str) -> bool:
        """Ask this one next, and nobody before; False: they are asked already."""
        if agent == (self._wanted_instead or self.asked):
            return False
        self._wanted_instead = agent
        return True

    def has_next(self, after: Outcome) -> bool:
        """Say whether there is somebody to ask after an attempt that ended like this."""
        return self.is_redirected or (bool(self._next) and after in PASSES_ON)

    def turn_to_next(self) -> str:
        """Ask the next one; returns who was asked until now."""
        before, self.asked = self.asked, self._wanted_instead or self._next[0]
        self._next = self._next[0 if self._wanted_instead else 1 :]
        self._wanted_instead = None
        return before

    def begin_attempt(self) -> None:
        """They are being asked from now on."""
        self._attempts.append(Attempt(to=self.asked, began_at=workflow.now()))

    def end_attempt(self, outcome: Outcome) -> None:
        """They are not asked any more; the first outcome stands."""
        if self._attempts and self._attempts[-1].outcome is None:
            ended = {"ended_at": workflow.now(), "outcome": outcome}
            self._attempts[-1] = self._attempts[-1].model_copy(update=ended)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Everybody who was asked, in order."""
        return tuple(self._attempts)
