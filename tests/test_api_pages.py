"""The pages over HTTP: one document, files that browsers may keep, and what pages ask first."""

import re

import pytest

from stack.environment import bare
from stack.pages import build
from tests.api_stage import Stage


@pytest.fixture(autouse=True, scope="module")
def built() -> None:
    build(bare())


@pytest.mark.parametrize("path", ["", "caller", "join", "agent", "agent-b", "floor"])
async def test_each_page_is_the_same_document_and_never_kept(api_stage: Stage, path: str) -> None:
    page = await api_stage.visitor().get(f"/{path}")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-cache"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    # Relative, so that a proxy may serve it under any path.
    assert not re.search(r'(src|href)="/', page.text)


async def test_what_a_page_consists_of_is_compressed_and_kept(api_stage: Stage) -> None:
    visitor = api_stage.visitor()
    page = await visitor.get("/")
    found = re.search(r'src="\./(assets/[^"]+\.js)"', page.text)
    assert found
    script = await visitor.get(f"/{found[1]}")
    assert script.headers["content-encoding"] == "gzip"
    assert "immutable" in script.headers["cache-control"]


@pytest.mark.parametrize("path", ["nothing", "assets/nothing.js", "assets/..%2f.built"])
async def test_nothing_else_is_there(api_stage: Stage, path: str) -> None:
    answer = await api_stage.visitor().get(f"/{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


async def test_a_page_learns_how_people_sign_in_before_anybody_has(api_stage: Stage) -> None:
    told = (await api_stage.visitor().get("/v1/installation")).json()
    assert told == {"sign_in": "name", "rehearsal_url": None}


async def test_who_is_about_to_call_sees_whom_to_ask_for(api_stage: Stage) -> None:
    ann = await api_stage.sign_in("Ann")
    async with ann.events() as events:
        await events.until("agents")
        listed = (await api_stage.visitor().get("/v1/agents")).json()
    assert [agent["name"] for agent in listed] == ["Ann"]
