"""Tokens that are made from the command line."""

from datetime import timedelta

import pytest

from api.main import make_token
from domain.phases import Role
from tests.api_stage import LIVEKIT_KEY, LIVEKIT_SECRET, SECRET, Stage

A_DAY = timedelta(days=1)


@pytest.fixture
def environment(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SECRET_KEY": SECRET,
        "DATABASE_URL": sqlite_url,
        "LIVEKIT_URL": "ws://127.0.0.1:1",
        "LIVEKIT_API_KEY": LIVEKIT_KEY,
        "LIVEKIT_API_SECRET": LIVEKIT_SECRET,
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment")
async def test_a_token_leaves_an_agent_on_shift_as_she_is(
    api_stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = await api_stage.sign_in("Ann")
    before = await api_stage.record.newest_event()
    token = await make_token("Ann", Role.AGENT, A_DAY)
    assert api_stage.tokens.read(token).id == ann.id
    assert await api_stage.record.newest_event() == before  # nobody saw her flicker
    said = f"Ann is known already: this token is for the same person, {ann.id}."
    assert capsys.readouterr() == ("", f"{said} Two people need two names.\n")


@pytest.mark.usefixtures("environment")
async def test_somebody_new_is_away_until_they_say_otherwise(
    api_stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    token = await make_token("Bob", Role.AGENT, A_DAY)
    assert capsys.readouterr() == ("", "")
    bob = api_stage.visitor(token)
    async with bob.events() as events:
        await events.until("agents")
        assert [agent["state"] for agent in (await bob.get("/v1/agents")).json()] == ["away"]
        await bob.ask("PUT", "/v1/me/availability", {"state": "available"})
        assert [agent["state"] for agent in (await bob.get("/v1/agents")).json()] == ["available"]
