"""The whole product on this machine: started in order, watched, and stopped without a trace.

Tests and the demo use it as a library:

    with LocalStack(data, bare(), free_ports=True) as stack:
        stack.kill("worker")
        stack.start("worker", "host-2")

Every call blocks until its effect is there; from a coroutine use `asyncio.to_thread`.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from stack import environment, ports
from stack.bootstrap import PYTHON, ROOT
from stack.console import Trouble, progress, run, say
from stack.parts import COMPANY, PRODUCT, SERVERS, STOPPED_IN_TURN, kind, part
from stack.process import Process, await_ready

DATA = ROOT / ".run"
MEASURED = 10
MOST_DEATHS, DEATHS_COUNT_S = 3, 60.0


class LocalStack:
    """Servers and processes of the product, with their files in one directory.

    Attributes:
        env: what every process is told; a client finds keys and addresses here.
        told: what parts of one kind are told otherwise, by kind.
        urls: where everything is, by name.
        ports: the number of each port, by the setting that moves it.
    """

    def __init__(
        self,
        data: Path = DATA,
        environ: Mapping[str, str] | None = None,
        *,
        free_ports: bool = False,
        nice: int = 0,
    ) -> None:
        """Choose ports and secrets; `environ` is the whole environment around, by default this one.

        `nice`: how far every part lets other processes go first; `MEASURED` where this very
        process listens to the product, for a robot that has to wait hears silence of its own.

        Raises:
            Trouble: a setting is wrong, or a stack runs in this directory already.
        """
        outer = environment.outer() if environ is None else environ
        self.data = data.resolve()
        self.logs = self.data / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700)
        self.ports = ports.choose(outer, free=free_ports)
        self.env = environment.product(outer, self.ports, self.data)
        self.told: dict[str, dict[str, str]] = {}
        self.external = environment.external(outer)
        self.urls = self._places()
        self._nice = nice
        self._running: dict[str, Process] = {}
        self._ended: list[Process] = []
        self._deaths: dict[str, list[float]] = {}
        self._book = threading.Lock()
        self._lock = hold(self.data)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *names: str) -> None:
        """Start these parts and return when all are ready; by default all that are not elsewhere.

        Raises:
            Trouble: a port is taken, a part is running already, died, or is not ready in time.
        """
        wanted = list(names) or [n for n in (*SERVERS, *PRODUCT) if n not in self.external]
        self._refuse_running(wanted)
        if blocked := ports.taken(self.ports, set(wanted)):
            raise Trouble("\n".join(blocked))
        self._start_all(name for name in wanted if kind(name) in SERVERS)
        product = [name for name in wanted if kind(name) in PRODUCT]
        if {"api", "worker"} & set(map(kind, product)):
            migrate = (str(PYTHON), "-m", "adapters.sql")
            run("Bringing the record up to date", migrate, ROOT, self.env)
        self._start_all(product)
        self._start_all(name for name in wanted if kind(name) in COMPANY)
        self._remember()

    def stop(self) -> None:
        """End everything in order: voice, worker, api, LiveKit, Temporal. Safe to repeat."""
        with progress("Stopping"):
            for kinds in STOPPED_IN_TURN:
                everybody = [*self._running.values(), *self._ended]
                turn = [process for process in everybody if kind(process.part.name) in kinds]
                for process in turn:
                    process.ask_to_end()
                for process in turn:
                    process.end()
        self._running, self._ended = {}, []
        (self.data / "stack.json").unlink(missing_ok=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    @property
    def names(self) -> list[str]:
        """The parts that run."""
        return [name for name, process in self._running.items() if process.exit_code is None]

    def pid(self, name: str) -> int:
        """The process id of a running part."""
        return self._running[name].pid

    def log(self, name: str) -> Path:
        """Where a part writes its log."""
        return self.logs / f"{name}.log"

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send one process a signal; `start(name)` starts it again after its end."""
        self._running[name].send(number)

    def end(self, name: str) -> None:
        """Tell one part to end, and return when it and whatever it started are gone."""
        self._running[name].end()

    @property
    def dead(self) -> list[str]:
        """The parts that have ended, though nothing has taken their place yet."""
        return [name for name, process in self._running.items() if process.exit_code is not None]

    def exit_code(self, name: str) -> int | None:
        """How a part has ended; None while it runs."""
        return self._running[name].exit_code

    def check(self) -> None:
        """Raise Trouble if a part has ended."""
        for process in self._running.values():
            process.check()

    def mend(self) -> None:
        """Start again what has died; raise Trouble over a part that keeps dying."""
        for name in self.dead:
            process = self._running[name]
            now = time.monotonic()
            recent = [at for at in self._deaths.get(name, []) if now - at < DEATHS_COUNT_S]
            if len(recent) >= MOST_DEATHS:
                process.check()
            self._deaths[name] = [*recent, now]
            say(f"`{name}` died with exit code {process.exit_code}.")
            self.start(name)

    def _start_all(self, names: Iterable[str]) -> None:
        """Start these together and wait for each: what needs another retries until it is there."""
        recipes = [
            part(name, {**self.env, **self.told.get(kind(name), {})}, self.ports, self.data)
            for name in names
        ]
        for recipe in recipes:
            with self._book:
                before = self._running.pop(recipe.name, None)
                if before:
                    self._ended.append(before)
                else:
                    self.log(recipe.name).unlink(missing_ok=True)
                self._running[recipe.name] = Process(
                    recipe, self.log(recipe.name), [self._lock], self._nice
                )
            self._remember(ready=False)
        with progress(f"Starting {', '.join(recipe.name for recipe in recipes)}"):
            await_ready([self._running[recipe.name] for recipe in recipes])

    def _refuse_running(self, names: list[str]) -> None:
        for name in names:
            if name in self._running and self.exit_code(name) is None:
                raise Trouble(f"`{name}` is running already.")

    def _places(self) -> dict[str, str]:
        api = f"http://127.0.0.1:{self.ports['PORT']}"
        found = {"api": api, "docs": f"{api}/docs", "livekit": self.env["LIVEKIT_URL"]}
        if "temporal" not in self.external:
            found["temporal_ui"] = f"http://127.0.0.1:{self.ports['TEMPORAL_UI_PORT']}"
        return {**found, "temporal": self.env["TEMPORAL_ADDRESS"], "logs": str(self.logs)}

    def _remember(self, *, ready: bool = True) -> None:
        """Leave word of this stack for `down` and for whoever wants to use it while it runs."""
        word = {
            "ready": ready,
            "supervisor": os.getpid(),
            "urls": self.urls,
            "ports": self.ports,
        }
        with self._book:
            word["pids"] = {name: process.pid for name, process in self._running.items()}
            fresh = self.data / "stack.json.new"
            fresh.write_text(json.dumps(word, indent=1))
            fresh.replace(self.data / "stack.json")


def hold(data: Path) -> int:
    """Take this directory for one stack; every process of the stack holds it too, until its end.

    Raises:
        Trouble: a stack has it, or a killed one left processes behind.
    """
    lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Trouble(
            f"A stack is running in {data}: `make down` ends it, another --data runs beside it."
        ) from None
    return lock


def is_free(data: Path) -> bool:
    """Whether nothing of a stack runs in this directory."""
    try:
        os.close(hold(data))
    except Trouble:
        return False
    return True
