"""The bridge: Hypothesis chooses steps in a thread of its own, the stage plays them on its loop."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from threading import Event
from typing import Any, ClassVar, cast

from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import SearchStrategy
from temporalio.client import Client

from domain.phases import Phase, Responsible
from tests.afterwards import hold_to_promises
from tests.chance.company import Company
from tests.chance.promises import WatchedRooms
from tests.stage import Stage

Deed = Callable[..., Coroutine[Any, Any, None]]

A_STEP_LASTS_S = 90.0
LOOK_EVERY = timedelta(milliseconds=100)
"""Many stages at once, which look more often, would do little else."""


@dataclass
class Theatre:
    """Where machines play, and what all of them have played."""

    client: Client
    loop: asyncio.AbstractEventLoop
    over: Event
    """One of the machines has found something: the others need not go on."""
    steps: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    plays: int = 0
    found: bool = False


def step(**draws: SearchStrategy[Any]) -> Callable[[Deed], Any]:
    """Make a rule of something that is done on the stage."""

    def made(deed: Deed) -> Any:
        @wraps(deed)
        def played(self: "Machine", **drawn: Any) -> None:
            self.played.append(f"{deed.__name__}({drawn})")
            self.play(deed(self, **drawn))
            self.theatre.steps[deed.__name__] += self.is_played

        return cast(Any, rule)(**draws)(played)

    return made


class Machine(RuleBasedStateMachine):
    """A stage of its own, looked at after every step."""

    theatre: ClassVar[Theatre]

    def __init__(self) -> None:
        super().__init__()
        self.played: list[str] = []
        self.failed = False
        self.in_trouble = False
        """Something is broken just now, so that a transfer may fail."""
        self.rooms = WatchedRooms()
        self.stage = Stage(self.theatre.client, self.rooms)
        self.stage.closely = LOOK_EVERY
        self.company: Company
        self.theatre.plays += 1
        self.is_played = self.theatre.plays > 1
        """Not the first: with the simplest play of all Hypothesis begins whatever the seed."""
        self.play(self.stage.open())

    def play(self, deed: Coroutine[Any, Any, None]) -> None:
        """Have something done by the stage's loop, and wait for it."""
        if not self.is_played or (self.theatre.over.is_set() and not self.theatre.found):
            deed.close()
            return
        try:
            asyncio.run_coroutine_threadsafe(deed, self.theatre.loop).result(A_STEP_LASTS_S)
        except BaseException as error:
            self.failed = self.theatre.found = True
            self.theatre.over.set()
            error.add_note("\n".join(["Played:", *self.played]))
            raise

    @invariant()
    def promises_hold(self) -> None:
        """Look at all that has happened, and ask both workflows."""
        self.play(self._look())

    async def _look(self) -> None:
        company = self.company
        call = await company.call_view()
        assert call.responsible_kind in ("agent", "host", "nobody")
        assert (call.responsible is not None) == (call.responsible_kind == "agent")
        if call.responsible_kind == "nobody":
            assert company.may_be_over, f"nobody has the caller: {call}"
        if company.watch is None:
            return
        view = await company.transfer_view()
        company.watch.look(view)
        self.theatre.phases[view.phase] += 1
        if view.responsible is Responsible.NOBODY:
            assert company.may_be_over, f"nobody has the caller: {view}"
        assert (view.outcome is not None) == (view.phase is Phase.ENDED)
        if view.outcome is not None:
            assert view.outcome in company.possible, f"{view.outcome} of {company.possible}"

    def mend(self) -> None:
        """Let everything work again."""
        raise NotImplementedError

    def teardown(self) -> None:
        """End the play; one that has failed is not asked for more."""
        self.play(self._close())

    async def _close(self) -> None:
        stage = self.stage
        self.mend()
        try:
            await stage.close()
        except TimeoutError:
            if not self.failed:
                raise
        if not self.failed:
            await hold_to_promises(stage, workers_may_be_late=True)
