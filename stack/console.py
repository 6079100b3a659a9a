"""What a person at the terminal sees and does: plain lines, progress, and Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

SHOW_AFTER_S, TERMINAL_EVERY_S, LOG_EVERY_S = 2.0, 1.0, 15.0
ERASE_LINE = "\r\033[K"
TAIL_LINES = 15


class Trouble(Exception):
    """Something a person must mend; its last line says what and how."""


class Interrupted(Exception):
    """Somebody pressed Ctrl-C, or asked this process to end."""


class Signals:
    """How often this process was asked to end. Flags, because a handler must not touch locks."""

    asked = 0

    @classmethod
    def listen(cls) -> None:
        """Hear INT and TERM even in a background job, which has them ignored; HUP but for nohup."""
        signal.signal(signal.SIGINT, cls._hear)
        signal.signal(signal.SIGTERM, cls._hear)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, cls._hear)

    @classmethod
    def hurried(cls) -> bool:
        """Whether somebody could not wait for an orderly end and asked again."""
        return cls.asked > 1

    @classmethod
    def _hear(cls, _number: int, _frame: FrameType | None) -> None:
        cls.asked += 1


def pause(seconds: float = 0.1) -> None:
    """Wait a moment; raises Interrupted once this process was asked to end."""
    if Signals.asked:
        raise Interrupted
    time.sleep(seconds)


def say(line: str) -> None:
    """Write one line."""
    _write(line + "\n")


@contextlib.contextmanager
def progress(doing: str) -> Iterator[None]:
    """Show that `doing` goes on, from its third second: in place on a terminal, else in lines."""
    over, started, terminal = threading.Event(), time.monotonic(), sys.stdout.isatty()

    def show() -> None:
        wait = SHOW_AFTER_S
        while not over.wait(wait):
            wait = TERMINAL_EVERY_S if terminal else LOG_EVERY_S
            line = f"{doing} … {time.monotonic() - started:.0f} s"
            _write(f"{ERASE_LINE}{line}" if terminal else f"{line}\n")
        if terminal and wait != SHOW_AFTER_S:
            _write(ERASE_LINE)

    ticker = threading.Thread(target=show, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        over.set()
        ticker.join()


def run(
    doing: str, argv: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None = None
) -> str:
    """Run a command to its end under a progress line and give back what it wrote.

    Raises:
        Trouble: it failed; carries the last lines it wrote.
    """
    with (
        progress(doing),
        subprocess.Popen(
            [str(word) for word in argv],
            cwd=cwd,
            env=env,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        said: list[str] = []
        assert process.stdout
        reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
        reader.start()
        try:
            while process.poll() is None:
                pause()
        finally:
            process.kill()
        reader.join()
    if process.returncode:
        raise Trouble(f"{''.join(said[-TAIL_LINES:])}Failed: {doing} (exit {process.returncode}).")
    return "".join(said)


def _write(text: str) -> None:
    """A reader who went away must not stop what tidies up."""
    with contextlib.suppress(OSError):
        sys.stdout.write(text)
        sys.stdout.flush()
