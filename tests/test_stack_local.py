"""The stack as a library: what the live tests and the demo stand on."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stack import binaries
from stack.console import Trouble
from stack.environment import bare
from stack.local import MEASURED, LocalStack
from stack.process import Part, Process, await_ready
from tests.stack_command import lives, program


def test_secrets_are_kept_over_a_restart_and_from_other_users(tmp_path: Path) -> None:
    before = LocalStack(tmp_path, bare(), free_ports=True)
    before.stop()
    after = LocalStack(tmp_path, bare(), free_ports=True)
    after.stop()
    for name in ("SECRET_KEY", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"):
        assert len(after.env[name]) == 64
        assert after.env[name] == before.env[name]
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_a_secret_of_the_environment_wins(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, {**bare(), "SECRET_KEY": "mine" * 10}, free_ports=True)
    stack.stop()
    assert stack.env["SECRET_KEY"] == "mine" * 10


def test_two_stacks_run_side_by_side(tmp_path: Path) -> None:
    one = LocalStack(tmp_path / "one", bare(), free_ports=True)
    two = LocalStack(tmp_path / "two", bare(), free_ports=True)
    try:
        one.start("livekit")
        two.start("livekit")
        assert set(one.ports.values()).isdisjoint(two.ports.values())
        one.check()
        two.check()
    finally:
        one.stop()
        two.stop()


def test_a_killed_part_starts_again_and_is_another_process(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, bare(), free_ports=True)
    try:
        stack.start("livekit")
        first = stack.pid("livekit")
        with pytest.raises(Trouble, match="running already"):
            stack.start("livekit")
        stack.kill("livekit")
        with pytest.raises(Trouble, match="`livekit` died with exit code -9"):
            stack.check()
        stack.start("livekit")
        assert stack.pid("livekit") != first
        stack.check()
    finally:
        stack.stop()


def test_a_frozen_part_is_ended_too(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, bare(), free_ports=True)
    try:
        stack.start("livekit")
        pid = stack.pid("livekit")
        stack.kill("livekit", signal.SIGSTOP)
    finally:
        stack.stop()
    assert not lives(pid)


def test_a_measured_part_gives_way_to_who_listens(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, bare(), free_ports=True, nice=MEASURED)
    try:
        stack.start("livekit")
        pid = stack.pid("livekit")
        assert os.getpriority(os.PRIO_PROCESS, pid) == MEASURED
        autogroup = Path(f"/proc/{pid}/autogroup")  # not every Linux shares out by sessions
        if autogroup.exists():
            assert autogroup.read_text().split()[1:] == ["nice", str(MEASURED)]
    finally:
        stack.stop()


def test_what_a_part_started_ends_with_it_even_if_it_will_not(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 600 & echo $!; wait; wait"
    process = _process(tmp_path, script, lambda it: "" if it.said() else "silent", grace_s=0.5)
    await_ready([process])
    process.end()
    assert not lives(int(process.said()))


def test_a_part_that_is_never_ready_says_what_is_missing(tmp_path: Path) -> None:
    process = _process(tmp_path, "echo hello; sleep 600", lambda _: "no database", patience_s=0.5)
    with pytest.raises(Trouble, match=r"hello\n`part` is not ready after 0 s \(no database\)"):
        await_ready([process])
    process.end()


def test_two_builds_of_livekit_at_once_do_not_break_one_another(tmp_path: Path) -> None:
    both = (
        f"touch {tmp_path}/go-$$; until [ $(ls {tmp_path} | grep -c go-) = 2 ]; do sleep 0.1; done"
    )
    install = f'{both}; mkdir -p "$GOBIN"; echo built >>"$GOBIN/server"'
    environ = _machine(tmp_path, f"case $1 in env) echo go1.26.0;; install) {install};; esac")
    with ThreadPoolExecutor() as pool:
        one, two = pool.map(binaries.get_livekit, [environ, environ])
    assert one == two == binaries.get_livekit(environ)
    assert one.read_text() == "built\n"
    assert list(one.parent.iterdir()) == [one]


def test_a_build_that_fails_says_what_else_to_do_and_leaves_nothing(tmp_path: Path) -> None:
    go = "case $1 in env) echo go1.26.0;; *) echo no network >&2; exit 1;; esac"
    with pytest.raises(Trouble, match=r"no network\n.*\n.*or set LIVEKIT_URL"):
        binaries.get_livekit(_machine(tmp_path, go))
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def _process(
    place: Path,
    script: str,
    ready: Callable[[Process], str],
    *,
    patience_s: float = 10.0,
    grace_s: float = 10.0,
) -> Process:
    argv = ("sh", "-c", script)
    part = Part("part", argv, bare(), ready, patience_s=patience_s, grace_s=grace_s)
    return Process(part, place / "log")


def _machine(place: Path, go: str) -> dict[str, str]:
    """A machine with nothing but this Go: no LiveKit on PATH, and an empty cache."""
    program(place / "bin", "go", go)
    cache = {"XDG_CACHE_HOME": str(place / "cache")}
    return bare() | cache | {"PATH": f"{place / 'bin'}:/usr/bin:/bin"}
