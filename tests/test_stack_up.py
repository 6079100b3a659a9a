"""What `make up` promises whoever runs it, tried on the real servers."""

import os
import signal
import socket
from functools import partial
from pathlib import Path

import pytest

from stack.local import MOST_DEATHS
from tests.stack_command import ended, lives, program, running, wait_until, word_of

pytestmark = pytest.mark.alone

SERVERS = ("up", "--free-ports", "temporal", "livekit")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_asked_to_end_it_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    data = tmp_path / "run"
    with running(data, *SERVERS) as up:
        up.until_said("is up")
        word = word_of(data)
        assert word["ready"]
        assert up.end(number) == 0
    assert not any(map(lives, word["pids"].values()))
    assert not (data / "stack.json").exists()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", word["ports"]["LIVEKIT_PORT"]))


def test_it_says_where_everything_is(tmp_path: Path) -> None:
    data = tmp_path / "run"
    with running(data, *SERVERS) as up:
        up.until_said("Logs")
        ports = word_of(data)["ports"]
        for place in (
            f"http://127.0.0.1:{ports['TEMPORAL_UI_PORT']}",
            f"ws://127.0.0.1:{ports['LIVEKIT_PORT']}",
            str(data / "logs"),
        ):
            assert place in up.said
        assert {path.name for path in (data / "logs").iterdir()} == {"livekit.log", "temporal.log"}


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    data = tmp_path / "run"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        settings = {"TEMPORAL_PORT": "0", "TEMPORAL_UI_PORT": str(taken)}
        code, said = ended(data, "up", "temporal", **settings)
    assert code == 1
    assert f"✗ Port {taken} for Temporal's UI is taken" in said
    assert "like TEMPORAL_UI_PORT=" in said
    assert not (data / "temporal.db").exists()


def test_a_port_that_is_none_is_named(tmp_path: Path) -> None:
    assert ended(tmp_path / "run", "up", PORT="http") == (
        1,
        "✗ PORT=http is not a port: give a number from 0 to 65535.\n",
    )


def test_a_part_that_dies_at_start_is_named_and_takes_the_others_along(tmp_path: Path) -> None:
    data = tmp_path / "run"
    path = program(tmp_path / "bin", "livekit-server", "echo no such key >&2; exit 3")
    code, said = ended(data, *SERVERS, **path)
    assert code == 1
    assert said.splitlines()[-2] == "no such key"
    assert said.splitlines()[-1].startswith("`livekit` died with exit code 3.")
    assert str(data / "logs" / "livekit.log") in said.splitlines()[-1]
    assert not (data / "stack.json").exists()


def test_a_part_that_dies_later_is_named_and_started_again(tmp_path: Path) -> None:
    data = tmp_path / "run"
    with running(data, *SERVERS) as up:
        up.until_said("is up")
        before = word_of(data)["pids"]
        os.kill(before["livekit"], signal.SIGKILL)
        wait_until(lambda: word_of(data)["pids"]["livekit"] != before["livekit"])
        assert "`livekit` died with exit code -9." in up.said
        assert word_of(data)["pids"]["temporal"] == before["temporal"]


def test_a_part_that_keeps_dying_takes_the_others_along(tmp_path: Path) -> None:
    data = tmp_path / "run"
    with running(data, *SERVERS) as up:
        up.until_said("is up")
        pids = word_of(data)["pids"]
        for _ in range(MOST_DEATHS):
            dying = word_of(data)["pids"]["livekit"]
            os.kill(dying, signal.SIGKILL)
            wait_until(partial(_is_replaced, data, dying))
        os.kill(word_of(data)["pids"]["livekit"], signal.SIGKILL)
        assert up.process.wait(30) == 1
    assert not lives(pids["temporal"])


def _is_replaced(data: Path, pid: int) -> bool:
    word = word_of(data)
    return bool(word["ready"]) and word["pids"]["livekit"] != pid


def test_a_second_one_in_the_same_place_is_refused_and_down_ends_the_first(tmp_path: Path) -> None:
    data = tmp_path / "run"
    with running(data, *SERVERS) as up:
        up.until_said("is up")
        pids = word_of(data)["pids"].values()
        code, said = ended(data, "up")
        assert code == 1
        assert "`make down` ends it" in said
        assert ended(data, "down")[0] == 0
        assert up.process.wait(30) == 0
    assert not any(map(lives, pids))


def test_down_ends_what_a_killed_one_left_behind(tmp_path: Path) -> None:
    data = tmp_path / "run"
    with running(data, *SERVERS) as up:
        up.until_said("is up")
        pids = word_of(data)["pids"].values()
        up.end(signal.SIGKILL)
        assert all(map(lives, pids))
        assert ended(data, "down")[0] == 0
        wait_until(lambda: not any(map(lives, pids)))


def test_a_server_elsewhere_is_used_and_needs_its_key(tmp_path: Path) -> None:
    data, url = tmp_path / "run", "wss://livekit.example"
    code, said = ended(data, "up", LIVEKIT_URL=url)
    assert code == 1
    assert said.startswith("✗ LIVEKIT_URL is set, so set LIVEKIT_API_KEY and LIVEKIT_API_SECRET")
    key = {"LIVEKIT_API_KEY": "theirs", "LIVEKIT_API_SECRET": "s" * 40}
    with running(data, "up", "--free-ports", "temporal", LIVEKIT_URL=url, **key) as up:
        up.until_said("is up")
        assert url in up.said
        assert list(word_of(data)["pids"]) == ["temporal"]
