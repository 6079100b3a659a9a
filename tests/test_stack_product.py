"""The whole product under the stack: `make demo` and the live tests stand on these."""

import signal
from pathlib import Path

import httpx
import pytest

from stack.environment import bare
from stack.local import LocalStack
from stack.parts import COMPANY, PRODUCT, SERVERS
from tests.stack_command import lives, running, wait_until, word_of

# Each starts the whole product: half a minute on two idle cores, minutes on busy ones.
pytestmark = [pytest.mark.alone, pytest.mark.timeout(400)]

ASK = """
import os, sys, urllib.request
print(urllib.request.urlopen(os.environ["WARM_TRANSFER_URL"] + "/readyz").status, flush=True)
sys.exit(7)
"""


def test_everything_is_ready_when_it_says_so_and_gone_after_its_end(tmp_path: Path) -> None:
    data = tmp_path / "run"
    with running(data, "up", "--free-ports") as up:
        up.until_said("is up")
        word = word_of(data)
        assert set(word["pids"]) == {*SERVERS, *PRODUCT, *COMPANY}
        assert httpx.get(f"{word['urls']['api']}/readyz").status_code == 200
        assert httpx.get(word["urls"]["docs"]).status_code == 200
        assert {path.stem for path in (data / "logs").iterdir()} == {*SERVERS, *PRODUCT, *COMPANY}
        assert up.end(signal.SIGINT) == 0
    assert not any(map(lives, word["pids"].values()))


def test_a_second_worker_and_a_second_host_can_be_added(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, bare(), free_ports=True)
    try:
        stack.start("temporal", "livekit", "worker", "host")
        stack.start("worker-2", "host-2")
        stack.kill("worker")
        stack.start("worker")
        stack.check()
        assert set(stack.names) == {*SERVERS, "worker", "worker-2", "host", "host-2"}
    finally:
        stack.stop()


def test_a_command_runs_against_a_stack_of_its_own_and_its_failure_keeps_the_logs(
    tmp_path: Path,
) -> None:
    with running(tmp_path, "run", "--", "python", "-c", ASK, TMPDIR=str(tmp_path)) as run:
        assert run.process.wait(120) == 7
        assert "200" in run.said.splitlines()
    (logs,) = tmp_path.glob("warm-transfer-*/logs")
    assert str(logs) in run.said


def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path) -> None:
    with running(tmp_path, "run", "--", "python", "-c", ASK, TMPDIR=str(tmp_path)) as run:
        wait_until(lambda: any(tmp_path.glob("warm-transfer-*/stack.json")))
        (data,) = tmp_path.glob("warm-transfer-*")
        pids = word_of(data)["pids"].values()
        assert run.end() != 0
    assert not any(map(lives, pids))
    assert not data.exists()
