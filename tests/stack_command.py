"""`python -m stack` as a person runs it: a process with its own files, read line by line."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stack.bootstrap import ROOT
from stack.environment import bare

PATIENCE_S = 150.0


class Command:
    """A running `python -m stack …`, with everything it has written so far."""

    def __init__(self, *words: str, settings: dict[str, str], out: Path) -> None:
        self._out = out
        with out.open("wb") as written:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "stack", *words],
                cwd=ROOT,
                env={**bare(), **settings},
                stdout=written,
                stderr=subprocess.STDOUT,
                # As a shell without job control starts what it puts into the background.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
            )

    @property
    def said(self) -> str:
        """What it has written so far."""
        return self._out.read_text()

    def until_said(self, text: str) -> None:
        """Wait until it has written this."""
        wait_until(lambda: text in self.said or self.process.poll() is not None)
        assert text in self.said, self.said

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal and wait for its end."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@contextmanager
def running(data: Path, *words: str, **settings: str) -> Iterator[Command]:
    """Run `python -m stack` for the length of a test, with its files in `data`."""
    place = () if words[0] == "run" else ("--data", str(data))
    out = data.with_suffix(".out")
    command = Command(words[0], *place, *words[1:], settings=settings, out=out)
    try:
        yield command
    finally:
        if command.process.poll() is None:
            command.end()


def ended(data: Path, *words: str, **settings: str) -> tuple[int, str]:
    """Run a command to its end: its exit code and what it wrote."""
    with running(data, *words, **settings) as command:
        return command.process.wait(PATIENCE_S), command.said


def word_of(data: Path) -> dict[str, Any]:
    """What the stack in this directory says about itself."""
    word: dict[str, Any] = json.loads((data / "stack.json").read_text())
    return word


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, and fail if it never does."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.05)


def lives(pid: int) -> bool:
    """Whether a process exists and has not ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def program(place: Path, name: str, script: str) -> dict[str, str]:
    """Put a shell script on PATH before everything else."""
    place.mkdir(exist_ok=True)
    path = place / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"PATH": f"{place}{os.pathsep}{os.environ['PATH']}"}
