"""One process of the stack: in a session of its own, with its own log, gone when told to go."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.bootstrap import ROOT
from stack.console import TAIL_LINES, Signals, Trouble, pause

KILL_GRACE_S = 2.0
AUTOGROUP_AGAIN_S = 0.1
"""Who isn't root may change one session in this time, on the whole machine."""


@dataclass(frozen=True)
class Part:
    """What to start and how to tell that it works.

    Attributes:
        ready: what is still missing, in words; empty once the part is truly ready.
        patience_s: how long that may take.
        grace_s: how long it may take to end by itself when asked to.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    ready: Callable[[Process], str]
    patience_s: float = 120.0
    grace_s: float = 10.0


class Process:
    """A started part."""

    def __init__(
        self,
        part: Part,
        log: Path | None = None,
        keep_open: Sequence[int] = (),
        nice: int = 0,
    ) -> None:
        """Start it. It holds the file descriptors `keep_open` until its end.

        `nice`: how far it lets others go first where processors are scarce (`nice(1)`).
        """
        self.part = part
        self.log = log
        self._from = log.stat().st_size if log and log.exists() else 0
        with log.open("ab") if log else contextlib.nullcontext() as written:
            self._popen = subprocess.Popen(
                part.argv,
                cwd=ROOT,
                env=dict(part.env),
                pass_fds=keep_open,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT if written else None,
                start_new_session=True,
            )
        self.pid = self._popen.pid
        if nice:
            _give_way(self.pid, nice)
        self._asked = False

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._popen.poll()

    def said(self) -> str:
        """Everything it has logged since it was started."""
        if self.log is None:
            return ""
        with self.log.open("rb") as log:
            log.seek(self._from)
            return log.read().decode(errors="replace")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal; after SIGKILL it is gone when this returns."""
        self._popen.send_signal(number)
        if number == signal.SIGKILL:
            self._popen.wait()

    def check(self) -> None:
        """Raise Trouble with the end of its log if it has ended."""
        if self.exit_code is not None:
            raise self.trouble(f"died with exit code {self.exit_code}")

    def ask_to_end(self) -> None:
        """Ask it, once, to end by itself."""
        if self._asked or self.exit_code is not None:
            return
        self._asked = True
        self._popen.send_signal(signal.SIGTERM)
        self._popen.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """Return when it and whatever it started are gone, killed if they will not go."""
        self.ask_to_end()
        until = time.monotonic() + self.part.grace_s
        while self.exit_code is None and time.monotonic() < until and not Signals.hurried():
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        until = time.monotonic() + KILL_GRACE_S
        while self._left_something() and time.monotonic() < until:
            time.sleep(0.02)

    def _left_something(self) -> bool:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, 0)
            return True
        return False

    def trouble(self, what: str) -> Trouble:
        """What to tell a person: the end of its log, then one line."""
        tail = "\n".join(self.said().splitlines()[-TAIL_LINES:])
        return Trouble(
            f"{tail}\n`{self.part.name}` {what}. Above is the end of {self.log}; "
            "`make doctor` checks what it needs."
        )


def _give_way(leader: int, nice: int) -> None:
    """Let others go before a session that has just begun, and whatever it will start."""
    os.setpriority(os.PRIO_PROCESS, leader, nice)
    # Where Linux shares processors out among sessions, only this counts (sched(7), autogroup).
    autogroup = Path(f"/proc/{leader}/autogroup")
    with contextlib.suppress(OSError):
        while not _is_written(autogroup, str(nice)):
            time.sleep(AUTOGROUP_AGAIN_S)


def _is_written(file: Path, text: str) -> bool:
    with contextlib.suppress(BlockingIOError):
        file.write_text(text)
        return True
    return False


def await_ready(started: Sequence[Process]) -> None:
    """Return when all of these are ready.

    Raises:
        Trouble: one of them died, or took too long.
    """
    begun, pending = time.monotonic(), list(started)
    while pending:
        for process in started:
            process.check()
        for process in list(pending):
            missing = process.part.ready(process)
            if not missing:
                pending.remove(process)
            elif time.monotonic() > begun + process.part.patience_s:
                patience = f"{process.part.patience_s:.0f} s"
                raise process.trouble(f"is not ready after {patience} ({missing})")
        pause()
