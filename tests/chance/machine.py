"""The bridge: Hypothesis chooses steps in a thread of its own, the stage plays them on its loop."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from pathlib import Path
from threading import Event
from typing import Any, ClassVar, cast

from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import SearchStrategy
from temporalio.client import Client
from temporalio.service import RPCError

from chaos.ops import keep_history
from domain.journal import TransferState
from domain.phases import CallState, Phase, Responsible
from tests.afterwards import hold_to_promises
from tests.chance.company import Company
from tests.chance.promises import WatchedRooms
from tests.stage import Stage

Deed = Callable[..., Coroutine[Any, Any, None]]

A_STEP_LASTS_S = 90.0
EVIDENCE = Path("out/chance")
LOOK_EVERY = timedelta(milliseconds=100)
"""Many stages at once, which look more often, would do little else."""


@dataclass
class Theatre:
    """Where machines play, and what all of them have played."""

    client: Client
    loop: asyncio.AbstractEventLoop
    over: Event
    """One of the machines has found something: nobody need go on, or play it again."""
    steps: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    plays: int = 0
    found: BaseException | None = None


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
        self.in_trouble = False
        """Something is broken just now, so that a transfer may fail."""
        self.rooms = WatchedRooms()
        self.stage = Stage(self.theatre.client, self.rooms)
        self.stage.closely = LOOK_EVERY
        self.stage.ends_within_s = A_STEP_LASTS_S / 2
        self.company: Company
        self.theatre.plays += 1
        self.is_played = self.theatre.plays > 1
        """Not the first: with the simplest play of all Hypothesis begins whatever the seed."""
        self.is_open = self.is_played and not self.theatre.over.is_set()
        self.play(self.stage.open())

    def play(self, deed: Coroutine[Any, Any, None]) -> None:
        """Have something done by the stage's loop, and wait for it."""
        if not self.is_played or self.theatre.over.is_set():
            deed.close()
            return
        try:
            self._wait_for(deed)
        except BaseException as error:
            with suppress(Exception):
                self._wait_for(self._keep_evidence())
            error.add_note("\n".join(["Played:", *self.played, self.stage.story()]))
            self.theatre.found = error
            self.theatre.over.set()
            raise

    async def _keep_evidence(self) -> None:
        """Write down the history of every workflow of the play, and what it waits for."""
        for workflow in self.stage.workflows:
            handle = self.stage.client.get_workflow_handle(workflow)
            with suppress(RPCError):
                kept = await keep_history(handle, EVIDENCE)
                waits_for = (await handle.describe()).raw_description.pending_activities
                kept.with_suffix(".txt").write_text("\n".join(map(str, waits_for)))

    def _wait_for(self, deed: Coroutine[Any, Any, None]) -> None:
        doing = asyncio.run_coroutine_threadsafe(deed, self.theatre.loop)
        try:
            doing.result(A_STEP_LASTS_S)
        finally:
            doing.cancel()  # what lasts too long doesn't go on behind everybody's back

    @invariant()
    def promises_hold(self) -> None:
        """Look at all that has happened, and ask both workflows."""
        self.play(self._look())

    async def _look(self) -> None:
        company, watch = self.company, self.company.watch
        fresh = watch.fresh() if watch else None
        call, view = await asyncio.gather(company.call_view(), company.newest_view())
        assert call.responsible_kind in ("agent", "host", "nobody")
        assert (call.responsible is not None) == (call.responsible_kind == "agent")
        if call.responsible_kind == "nobody":
            assert company.may_be_over, f"nobody has the caller: {call}"
        if watch and fresh and view:
            watch.look(fresh, view, call_ended=call.state is CallState.ENDED)
            self._judge(view)

    def _judge(self, view: TransferState) -> None:
        company = self.company
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
        """End the play, and hold it to what must always be so; unless all is over anyway."""
        self.play(self._end_well())
        if self.is_open:
            self._wait_for(self.stage.abandon())

    async def _end_well(self) -> None:
        self.mend()
        await self.stage.close()
        self.is_open = False
        await hold_to_promises(self.stage, workers_may_be_late=True)
