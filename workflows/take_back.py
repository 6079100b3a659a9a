"""The way back: for a while after a transfer agent A may have the caller again."""

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.missing import LONG_AGO


class TakeBack:
    """Who may take the caller back, until when, and whether they are on their way."""

    def __init__(self) -> None:
        self._agent: str | None = None
        self._until = LONG_AGO
        self._rings_until = LONG_AGO
        self.coming: str | None = None
        """Agent A, on her way: agent B has the caller until she can be heard."""

    def allow(self, agent: str, within: timedelta) -> None:
        """Let an agent who has just handed the caller over take them back."""
        self._agent, self._until = agent, workflow.now() + within

    def allows(self, agent: str) -> bool:
        """Say whether this agent may take the caller back now, or is rung to do so."""
        return agent == self._agent and workflow.now() < max(self._until, self._rings_until)

    def ring(self, patience: timedelta) -> None:
        """Agent B is lost: ask agent A to come, if it isn't long since she had the caller."""
        if workflow.now() < self._until:
            self._rings_until = workflow.now() + patience

    @property
    def rings(self) -> str | None:
        """Say who is being rung."""
        return self._agent if workflow.now() < self._rings_until else None

    @property
    def rings_until(self) -> datetime:
        """Say when ringing ends, or ended."""
        return self._rings_until

    def end(self) -> None:
        """Somebody has the caller for good."""
        self._agent = self.coming = None
        self._until = self._rings_until = LONG_AGO
