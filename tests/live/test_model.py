"""The briefing by a chat model: the real LiteLLM asks a server that speaks OpenAI's protocol."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from robots.scene import Scene
from stack.local import LocalStack
from tests.fake_model import FakeModel, running_model
from tests.live.course import briefing
from tests.live.judge import kept


@pytest_asyncio.fixture
async def model(stack: LocalStack) -> AsyncIterator[FakeModel]:
    """Workers that brief by this model, for the length of a test."""
    async with running_model() as model:
        usual = dict(stack.env)
        stack.env |= {
            "LLM_MODEL": "openai/fake",
            "OPENAI_API_KEY": "sk-of-a-fake",
            "OPENAI_BASE_URL": model.url,
        }
        await restarted(stack)
        yield model
        stack.env.clear()
        stack.env.update(usual)
        await restarted(stack)


async def restarted(stack: LocalStack) -> None:
    await asyncio.to_thread(stack.kill, "worker")
    await asyncio.to_thread(stack.start, "worker")


async def test_the_briefing_comes_from_the_model_that_was_set(
    model: FakeModel, scene: Scene
) -> None:
    await scene.talking()
    await scene.caller.say("I was billed twice in November.")
    await briefing(scene)
    written = scene.transfer.briefing
    assert written
    assert written.source == "model"
    assert "billed twice" in written.text.lower()
    assert len(model.asked) == 1
    assert "I was billed twice in November." in model.asked[0]
    await scene.accepted()
    await scene.completed()
    await scene.ended()
    await kept(scene)
