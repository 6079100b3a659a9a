"""`make doctor` finds what is wrong and says what mends it."""

import socket
from pathlib import Path

import pytest

from stack.ports import PORTS
from tests.stack_command import ended


def test_a_machine_without_settings_is_well(tmp_path: Path) -> None:
    ports = {port.setting: "0" for port in PORTS}
    code, said = ended(tmp_path / "run", "doctor", **ports)
    assert code == 0, said
    assert said.endswith("All well.\n")
    assert "FIX" not in said


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"HOST": "0.0.0.0"}, "FIX  AUTH_MODE=dev: it signs anybody in, so set HOST=127.0.0.1"),
        ({"SECRET_KEY": "short"}, "FIX  SECRET_KEY: make a longer one: openssl rand -hex 32"),
        ({"DATABASE_URL": "mysql://x/y"}, "FIX  DATABASE_URL: start it with sqlite+aiosqlite:///"),
        (
            {"DATABASE_URL": "postgresql+asyncpg://u@127.0.0.1:1/d"},
            "FIX  The record in Postgres: start it, or correct DATABASE_URL",
        ),
        (
            {"TEMPORAL_ADDRESS": "127.0.0.1:1"},
            "FIX  Temporal elsewhere: start it, or correct TEMPORAL_ADDRESS=127.0.0.1:1",
        ),
        ({"LIVEKIT_URL": "ws://127.0.0.1:1"}, "correct LIVEKIT_URL=ws://127.0.0.1:1"),
        ({"LIVEKIT_URL": "ws://127.0.0.1:1"}, "set LIVEKIT_API_KEY and LIVEKIT_API_SECRET"),
        ({"LLM_MODEL": "openai/gpt-5"}, "FIX  Model openai/gpt-5: set OPENAI_API_KEY"),
        (
            {"FORWARDED_ALLOW_IPS": "127.0.0.1,*"},
            "FIX  FORWARDED_ALLOW_IPS: '*' is no address or network of a reverse proxy",
        ),
        ({"METRICS_TOKEN": "short"}, "FIX  METRICS_TOKEN: make a longer one"),
        ({"PORT": "99999"}, "FIX  Ports: PORT=99999 is not a port"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_what_is_wrong_is_named_with_its_fix(
    tmp_path: Path, settings: dict[str, str], line: str
) -> None:
    code, said = ended(tmp_path / "run", "doctor", **settings)
    assert code == 1
    assert line in said


def test_a_taken_port_is_named_with_its_fix(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        code, said = ended(tmp_path / "run", "doctor", PORT=str(taken))
    assert code == 1
    assert f"FIX  Ports: Port {taken} for the API is taken" in said
