"""The consultation: agent B decides, and agent A may talk with them while the caller waits."""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from domain.journal import Event
    from domain.phases import Cause, Completes, Decision, Outcome, Phase
    from domain.seating import OPEN
    from domain.voice import OVERLAP
    from workflows import patches
    from workflows.course import Course, Stopped
    from workflows.fencing import fence

WARNING = timedelta(seconds=10)
"""How long before patience ends people are told."""


class Consultation:
    """From agent B's arrival until both agents want the caller moved."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._order = course.order
        self._floor = course.floor
        self._began_at = datetime.min
        self._warned_of: set[datetime] = set()
        self._minds_silence = False
        self._silent_since: datetime | None = None
        self._left_alone_at: datetime | None = None
        self.a_wants_in = False

    async def until_agreed(self) -> None:
        """Let the agents talk and decide; agent A may come and go as she likes."""
        self._began_at = workflow.now()
        self._minds_silence = workflow.patched(patches.SILENCE_BRINGS_A_BACK)
        while not self._agreed():
            accepted_at = self._course.decisions.accepted_at
            silent = self._caller_hears_nobody()
            self._silent_since = (self._silent_since or workflow.now()) if silent else None
            if alone := self._b_is_alone():
                self._left_alone_at = self._floor.gone_at(self._order.agent_a)
            goal = partial(self._something_new, since=accepted_at, silent=silent, alone=alone)
            await self._course.until(goal, by=self._patience_ends(), of="decision")
            if self._a_should_come():
                await self._bring_a_in()
            elif self._a_should_go():
                await self._send_a_back()
            elif self._silence_lasts():
                self._course.note(Event.HOLD_MISSING)
                await self._send_a_back()
            elif self._b_is_alone() != alone:
                continue  # whose patience counts has changed
            elif self._out_of_patience():
                raise Stopped(Outcome.AGENT_B_LEFT if accepted_at else Outcome.TIMED_OUT)
            else:
                self._warn_in_time()

    def _warn_in_time(self) -> None:
        """Tell both pages shortly before agent B's patience, then agent A's, runs out."""
        ends = self._deadline
        if ends not in self._warned_of and workflow.now() >= ends - WARNING:
            self._warned_of.add(ends)
            self._course.note(Event.PATIENCE_SHORT)

    def _something_new(self, since: datetime | None, *, silent: bool, alone: bool) -> bool:
        moves = self._a_should_come() or self._a_should_go()
        moves = moves or self._silence_lasts() or self._caller_hears_nobody() != silent
        # Whose patience counts changes with agent B's yes, and with agent A's going.
        counts = self._course.decisions.accepted_at != since or self._b_is_alone() != alone
        return moves or counts or self._agreed() or self._out_of_patience()

    def _agreed(self) -> bool:
        decisions = self._course.decisions
        if decisions.accepted_at is None or not self._course.b_is_live:
            return False
        if self._course.targets.is_redirected:
            return False  # however they agreed: somebody else is to be asked
        return (
            decisions.has(Decision.COMPLETE)
            or self._order.completes is Completes.ON_ACCEPT
            or self._course.a_is_gone
            or workflow.now() >= self._deadline
        )

    def _out_of_patience(self) -> bool:
        if self._course.decisions.accepted_at is not None:
            # Agent B has said yes, and can't be heard: not gone, but no use to the caller either.
            lost = not self._course.b_is_live
            return lost and workflow.now() >= self._deadline + self._order.patience.gone
        return workflow.now() >= self._deadline and not self._agents_talk()

    @property
    def _deadline(self) -> datetime:
        accepted_at = self._course.decisions.accepted_at
        if accepted_at is not None:
            return accepted_at + self._order.patience.complete
        ends = self._began_at + self._order.patience.consult
        if self._left_alone_at is not None:
            ends = max(ends, self._left_alone_at + self._order.patience.complete)
        return ends

    def _b_is_alone(self) -> bool:
        """Agent B decides without agent A now, and gets the time for that."""
        return self._floor.is_patient and self._course.a_is_gone

    def _patience_ends(self) -> datetime | None:
        ends = self._deadline
        moments = [ends - WARNING, ends, ends + self._order.patience.gone]
        if self._silent_since is not None:
            moments.append(self._silent_since + self._order.patience.host)
        return min((moment for moment in moments if moment > workflow.now()), default=None)

    def _agents_talk(self) -> bool:
        """Say whether they talk; who loses the other for a moment goes on.

        An agent B who is there and can't be heard is for agent A to judge: she hears it.
        """
        if self._floor.is_patient:
            lost = self._floor.has_left(self._course.agent_b, self._course.room_b)
            lost = lost or self._course.a_is_gone
            return self._course.phase is Phase.CONSULTING and not lost
        in_b = self._floor.has(self._order.agent_a, self._course.room_b)
        return self._course.phase is Phase.CONSULTING and in_b and self._course.b_is_live

    def _a_should_come(self) -> bool:
        in_b = self._floor.has(self._order.agent_a, self._course.room_b)
        return self._course.phase is Phase.BRIEFING and self.a_wants_in and in_b

    def _a_should_go(self) -> bool:
        if self._course.decisions.has(Decision.BACK_TO_CALLER):
            return True
        a = self._order.agent_a
        left_b = self._floor.has_left(a, self._course.room_b)
        sits_in_a = self._floor.has(a, self._course.room_a)
        return self._course.phase is Phase.CONSULTING and left_b and sits_in_a

    def _caller_hears_nobody(self) -> bool:
        """Say whether a caller whom agent A has left is there, and no host plays to them."""
        course = self._course
        left = self._minds_silence and course.phase is Phase.CONSULTING
        is_there = self._floor.has(self._order.caller, course.room_a)
        return left and is_there and not self._floor.presence.host_plays(course.room_a)

    def _silence_lasts(self) -> bool:
        """Say whether no host has come in time: agent A is who can end this silence."""
        since = self._silent_since
        late = since is not None and workflow.now() >= since + self._order.patience.host
        return late and self._caller_hears_nobody()

    async def _bring_a_in(self) -> None:
        """Put the caller on hold, fence agent A off from them, and only then let her speak."""
        course, a = self._course, self._order.agent_a
        if not await self._hold_starts():
            self.a_wants_in = False
            self._floor.withdraw(a, course.room_b)
            course.note(Event.HOLD_MISSING)
            return
        course.note(Event.HOLD_STARTED)
        if not await fence(course, a, course.room_a):
            raise Stopped(Outcome.FAILED, Cause.FENCE_IGNORED)
        self._floor.place(a, course.room_b, OPEN)
        course.enter(Phase.CONSULTING, Event.CONSULT_STARTED)

    async def _hold_starts(self) -> bool:
        course = self._course
        await course.hold.begin()
        by = workflow.now() + self._order.patience.host
        plays = await course.until(
            lambda: self._floor.presence.host_plays(course.room_a), by=by, of="the host"
        )
        if plays:
            heard = workflow.now() + OVERLAP
            await course.until(lambda: False, by=heard, of="the music to be heard")
        else:
            await course.hold.end()
        return plays

    async def _send_a_back(self) -> None:
        course, self.a_wants_in = self._course, False
        was_away = course.phase is Phase.CONSULTING
        if was_away:
            await self.bring_a_back()
        course.decisions.forget(Decision.BACK_TO_CALLER)
        if was_away:
            course.enter(Phase.BRIEFING, Event.CONSULT_ENDED)
        elif self._floor.is_patient:
            course.note(Event.PEOPLE_CHANGED)  # she wants nothing any more that isn't so

    async def end(self) -> None:
        """Agent A talks with the caller again: whoever she consulted is not asked any more."""
        self.a_wants_in = False
        if self._course.hold.is_on:
            await self.bring_a_back()

    async def bring_a_back(self) -> None:
        """Undo `_bring_a_in`: the music stops only when agent A can be heard again."""
        course, a = self._course, self._order.agent_a
        # Not put out: her client would be late to notice, and send on what B was to hear.
        await fence(course, a, course.room_b)
        self._floor.place(a, course.room_a, OPEN)
        by = workflow.now() + self._order.patience.gone
        await course.until(
            lambda: course.a_is_live or course.a_is_gone, by=by, of="agent A's voice"
        )
        if course.hold.is_on:
            with suppress(ActivityError):  # before NOTHING_IN_HASTE: nobody told it again
                await course.hold.end()
        if course.a_is_live and not self.a_wants_in and workflow.patched(patches.A_LEAVES_ROOM_B):
            self._floor.withdraw(a, course.room_b)
