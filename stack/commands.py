"""The commands of `python3 -m stack`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from stack import binaries, bootstrap, doctor, environment, pages, ports
from stack.bootstrap import PYTHON, ROOT
from stack.console import Interrupted, Trouble, pause, progress, say
from stack.foyer import foyer
from stack.local import DATA, MEASURED, LocalStack, is_free
from stack.parts import COMPANY, kind
from stack.process import Part, Process

END_PATIENCE_S = 60.0
BUILDING = "The LiveKit server is being built, once: that takes about four minutes."


def obey(words: list[str]) -> int:
    """Parse and run one command; gives back its exit code."""
    parser = argparse.ArgumentParser(prog="python3 -m stack", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    sync = commands.add_parser("sync", help="install everything at its locked version into .venv")
    sync.set_defaults(does=lambda _: bootstrap.sync())

    servers = commands.add_parser("servers", help="get the servers' programs, built where need be")
    servers.set_defaults(does=_servers)

    built = commands.add_parser("pages", help="build the web pages, if their sources have changed")
    built.set_defaults(does=_pages)

    up = commands.add_parser("up", help="start everything; Ctrl-C stops it")
    up.add_argument("parts", nargs="*", help="only these parts, like: temporal livekit")
    up.set_defaults(does=_up)

    down = commands.add_parser("down", help="stop what `up` started, or what it left behind")
    down.set_defaults(does=_down)

    run = commands.add_parser("run", help="run a command against a stack of its own, then stop it")
    run.add_argument("command", nargs="+", help="after --, like: -- python -m robots demo")
    run.set_defaults(does=_run)

    check = commands.add_parser("doctor", help="check every dependency and setting")
    check.set_defaults(does=lambda asked: doctor.examine(asked.data))

    token = commands.add_parser("token", help="make a token for a person, for AUTH_MODE=keys")
    token.add_argument("name")
    token.add_argument("role", choices=["agent", "supervisor"])
    token.set_defaults(does=_token)

    for command in (up, down, check, token):
        command.add_argument("--data", type=Path, default=DATA, help="directory of all its files")
    up.add_argument("--free-ports", action="store_true", help="take any free ports")

    asked = parser.parse_args(words)
    return asked.does(asked) or 0


def _servers(_: argparse.Namespace) -> None:
    bootstrap.sync()
    binaries.get_livekit(environment.outer())


def _pages(_: argparse.Namespace) -> None:
    bootstrap.sync()
    pages.build(environment.outer())


def _up(asked: argparse.Namespace) -> None:
    bootstrap.sync()
    environ = environment.outer()
    pages.build(environ)
    stack = LocalStack(asked.data, free_ports=asked.free_ports)
    try:
        if "livekit" not in stack.external and not binaries.livekit(environ):
            with foyer(stack.ports["PORT"], BUILDING):
                binaries.get_livekit(environ)
        began = time.monotonic()
        stack.start(*asked.parts)
        if not asked.parts:
            stack.start(*COMPANY)
        _show(stack, time.monotonic() - began)
        while True:
            stack.mend()
            pause()
    except Interrupted:
        # The one way to end it, so no failure.
        say("")
    finally:
        stack.stop()
    say("Everything is stopped.")


def _down(asked: argparse.Namespace) -> None:
    word = asked.data / "stack.json"
    if not word.exists() or is_free(asked.data):
        word.unlink(missing_ok=True)
        say(f"Nothing is running in {asked.data}.")
        return
    known = json.loads(word.read_text())
    _send(known["supervisor"], signal.SIGTERM)
    with progress("Stopping"):
        until = time.monotonic() + END_PATIENCE_S
        while (
            not is_free(asked.data) and _send(known["supervisor"], 0) and time.monotonic() < until
        ):
            pause()
        for pid in known["pids"].values() if not is_free(asked.data) else ():
            _send(-pid, signal.SIGKILL)
    word.unlink(missing_ok=True)
    say("Everything is stopped.")


def _run(asked: argparse.Namespace) -> int:
    """The stack's files go with it, unless something failed: then their place is named."""
    bootstrap.sync()
    data, tidy = Path(tempfile.mkdtemp(prefix="warm-transfer-")), False
    try:
        with LocalStack(data, free_ports=True, nice=MEASURED) as stack:
            code = _against(stack, asked.command)
        tidy = code == 0
    except Interrupted:
        tidy = True
        raise
    finally:
        if tidy:
            shutil.rmtree(data)
        else:
            say(f"The logs of this run are in {data / 'logs'}.")
    return code


def _against(stack: LocalStack, command: list[str]) -> int:
    told = {**stack.env, "WARM_TRANSFER_URL": stack.urls["api"]}
    guest = Process(Part(command[0], tuple(command), told, lambda _: "", grace_s=10.0))
    try:
        while guest.exit_code is None:
            stack.check()
            pause()
    finally:
        guest.end()
    return guest.exit_code or 0


def _token(asked: argparse.Namespace) -> int:
    """Ask the api's own command, which needs the secret and the record of this stack."""
    if not (asked.data / "secrets.json").exists():
        raise Trouble(f"Nothing was started in {asked.data} yet: `make up` makes its secret.")
    bootstrap.sync()
    environ = environment.outer()
    told = environment.product(environ, ports.choose(environ), asked.data.resolve())
    asking = [PYTHON, "-m", "api", "token", "--name", asked.name, "--role", asked.role]
    return subprocess.run(asking, cwd=ROOT, env=told, check=False).returncode


def _show(stack: LocalStack, took_s: float) -> None:
    names = {
        "api": "Pages",
        "docs": "API docs",
        "temporal_ui": "Temporal UI",
        "temporal": "Temporal",
        "livekit": "LiveKit",
        "logs": "Logs",
    }
    here = {key: place for key, place in stack.urls.items() if _concerns(stack, key)}
    say(f"Warm Transfer is up after {took_s:.1f} s. Ctrl-C stops it.")
    for key, title in names.items():
        if key in here:
            say(f"  {title:12} {here[key]}")


def _concerns(stack: LocalStack, key: str) -> bool:
    part = {"docs": "api", "temporal_ui": "temporal"}.get(key, key)
    return part == "logs" or part in stack.external or part in map(kind, stack.names)


def _send(pid: int, number: int) -> bool:
    """Send a signal; False when nobody is there any more."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
