"""What the demo shows while it plays: one line per thing that happened, with the second it did."""

import sys
import time
from collections.abc import Iterable

from pydantic import BaseModel

from robots.agent import Agent
from robots.views import Transfer


def say(line: str) -> None:
    """Write one line now, even into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Board:
    """Prints; time starts with the first line."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.shown: list[tuple[float, str, str]] = []
        """When (monotonic seconds), who, and what, since the last heading."""
        self._shown: set[tuple[str, str]] = set()

    def show(self, who: str, what: str) -> None:
        """One line now."""
        self.shown.append((time.monotonic(), who, what))
        say(f"{time.monotonic() - self.began:7.2f} s  {who:<9} {what}")

    def heading(self, text: str) -> None:
        """A new scene; time starts again."""
        self.began = time.monotonic()
        self._shown.clear()
        self.shown.clear()
        say(f"\n── {text} " + "─" * max(0, 76 - len(text)))

    def lines(self, title: str, lines: Iterable[str]) -> None:
        """A block under a title."""
        say(f"\n   {title}")
        for line in lines:
            say(f"     {line}")

    def follow(self, agent: Agent) -> None:
        """Show the timeline of every transfer this agent is told of, as it grows."""
        heed = agent.heed

        def shown(kind: str, view: BaseModel) -> None:
            heed(kind, view)
            if isinstance(view, Transfer):
                self._timeline(view)

        agent.heed = shown  # type: ignore[method-assign]

    def _timeline(self, transfer: Transfer) -> None:
        for moment in transfer.timeline:
            key = (transfer.id, f"{moment.at} {moment.event}")
            if key not in self._shown:
                self._shown.add(key)
                self.show("timeline", f"{moment.event:<18} {moment.text}")
