"""The whole product under the stack: `make demo` and the live tests stand on these."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from stack.bootstrap import ROOT
from stack.environment import bare
from stack.local import LocalStack
from stack.parts import PRODUCT, SERVERS
from tests.stack_command import lives, running, word_of

ASK = """
import os, sys, urllib.request
print(urllib.request.urlopen(os.environ["WARM_TRANSFER_URL"] + "/readyz").status, flush=True)
sys.exit(int(sys.argv[1]))
"""


def test_everything_is_ready_when_it_says_so_and_gone_after_its_end(tmp_path: Path) -> None:
    data = tmp_path / "run"
    with running(data, "up", "--free-ports") as up:
        up.until_said("is up")
        word = word_of(data)
        assert set(word["pids"]) == {*SERVERS, *PRODUCT}
        assert httpx.get(f"{word['urls']['api']}/readyz").status_code == 200
        assert httpx.get(word["urls"]["docs"]).status_code == 200
        assert {path.stem for path in (data / "logs").iterdir()} == {*SERVERS, *PRODUCT}
        assert up.end(signal.SIGINT) == 0
    assert not any(map(lives, word["pids"].values()))


def test_a_second_worker_and_a_second_host_can_be_added(tmp_path: Path) -> None:
    with LocalStack(tmp_path, bare(), free_ports=True) as stack:
        stack.start("worker-2", "host-2")
        stack.kill("worker")
        stack.start("worker")
        stack.check()
        assert {"worker-2", "host-2"} < set(stack.names)


@pytest.mark.parametrize("code", [0, 7])
def test_a_command_runs_against_a_stack_of_its_own(tmp_path: Path, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stack", "run", "--", "python", "-c", ASK, str(code)],
        cwd=ROOT,
        env={**bare(), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert "200" in done.stdout.splitlines()
    logs_stay = any(tmp_path.glob("warm-transfer-*/logs"))
    assert logs_stay == (code != 0)
