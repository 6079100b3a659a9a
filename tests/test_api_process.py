"""`python -m api`: it starts light, names what is wrong, and stops when it is told to."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from api.app import description
from tests.api_stage import LIVEKIT_KEY, LIVEKIT_SECRET, SECRET
from tests.matrix import Fault
from tests.servers import free_port

ROOT = Path(__file__).parents[1]
START_S = 60.0
SETTINGS = {
    "SECRET_KEY": SECRET,
    "LIVEKIT_URL": "ws://127.0.0.1:1",
    "LIVEKIT_API_KEY": LIVEKIT_KEY,
    "LIVEKIT_API_SECRET": LIVEKIT_SECRET,
    "TEMPORAL_ADDRESS": "127.0.0.1:1",
}


def environment(**changes: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **SETTINGS, **changes}


def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in environment(**changes).items() if value}
    return subprocess.run(
        (sys.executable, "-m", "api", *arguments),
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )


@pytest.mark.cell(Fault.F34)
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, ["SECRET_KEY"]),
        ({"SECRET_KEY": "changeme" * 8}, ["SECRET_KEY"]),
        ({"HOST": "0.0.0.0"}, ["AUTH_MODE=dev", "HOST=0.0.0.0"]),
        (
            {"LIVEKIT_URL": "", "PORT": "many", "LOG_LEVEL": "LOUD"},
            ["LIVEKIT_URL", "PORT", "LOG_LEVEL"],
        ),
    ],
)
def test_wrong_settings_are_named_one_line_each(changes: dict[str, str], named: list[str]) -> None:
    ended = run(**changes)
    assert ended.returncode == 2
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == (1 if "HOST" in changes else len(named))
    assert all(any(name in line for line in lines) for name in named)
    assert "Traceback" not in ended.stderr


def test_importing_the_api_loads_no_models_and_no_voices() -> None:
    heavy = "('litellm', 'livekit.agents')"
    asked = f"import sys, api.main; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run(
        (sys.executable, "-c", asked), cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_the_description_in_docs_is_current() -> None:
    kept = json.loads((ROOT / "docs/openapi.json").read_text())
    assert kept == description(), "run: python -m api openapi > docs/openapi.json"


async def test_a_token_from_the_command_line_opens_a_server_with_keys(sqlite_url: str) -> None:
    settings = {"DATABASE_URL": sqlite_url, "AUTH_MODE": "keys", "PORT": str(free_port())}
    arguments = ("token", "--name", "Ann", "--role", "agent")
    made = await asyncio.to_thread(run, *arguments, **settings)
    assert (made.returncode, made.stderr) == (0, "")
    again = await asyncio.to_thread(run, *arguments, **settings)
    assert again.stderr.startswith("Ann is known already: this token is for the same person, agt_")
    assert len(again.stdout.splitlines()) == 1
    url = f"http://127.0.0.1:{settings['PORT']}"
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "api"),
        cwd=ROOT,
        env=environment(**settings),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=10) as http:
            await _answering(http, process)
            assert [agent["name"] for agent in (await http.get("/v1/agents")).json()] == ["Ann"]
            answer = await http.post("/v1/calls", json={"caller_name": "Carol"})
            assert answer.status_code == 503
            async with http.stream("GET", "/v1/me/events") as stream:
                lines = stream.aiter_lines()
                assert await anext(lines) == "retry: 1000"
                asked_at = time.monotonic()
                process.send_signal(signal.SIGTERM)
                async with asyncio.timeout(10):
                    assert [line async for line in lines][-1] == ""
            assert time.monotonic() - asked_at < 3
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
        _, log = await process.communicate()
    assert b"operation=start_call status=503" in log
    for private in (b"eyJ", b"Carol", b"/v1/"):
        assert private not in log


async def _answering(http: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(START_S):
        while process.returncode is None:
            try:
                await http.get("/healthz")
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
            else:
                return
    raise AssertionError("the api ended before it answered")
