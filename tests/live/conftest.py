"""The whole product with real servers, up for the live tests and gone after the last."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from chaos.proxy import Proxy, running_proxy
from robots.board import say
from robots.forget import forget
from robots.scene import Scene, Stage
from robots.story import story
from stack.environment import bare
from stack.local import MEASURED, LocalStack
from tests.fake_model import FakeModel, running_model
from tests.findings import drained
from tests.live.parts import told

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Nothing runs beside a live test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("alone")


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    # One machine calls in the name of everybody.
    env = {**bare(), "CALLS_PER_MINUTE": "600"}
    data = tmp_path_factory.mktemp("live")
    with LocalStack(data, env, free_ports=True, nice=MEASURED) as stack:
        yield stack


@pytest.fixture(scope="package")
def stage(stack: LocalStack) -> Stage:
    return Stage.of({**stack.env, "WARM_TRANSFER_URL": stack.urls["api"]})


@pytest.fixture(autouse=True)
def findings(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """What was heard before disturbs no test; what judge and test note goes into its report."""
    forget()
    yield
    for name, figure in drained():
        record_property(name, figure)


@pytest.fixture(autouse=True)
def same_parts(stack: LocalStack) -> Iterator[None]:
    """A test that ends halfway disturbs no other: what ran before it runs after it, and no more."""
    before = set(stack.names)
    yield
    for name in set(stack.names) - before:
        stack.end(name)
    if gone := sorted(before - set(stack.names)):
        stack.start(*gone)


@pytest_asyncio.fixture
async def between(stack: LocalStack) -> AsyncIterator[Proxy]:
    """The api, and nobody else, speaks with Temporal through this."""
    async with (
        running_proxy(stack.env["TEMPORAL_ADDRESS"]) as proxy,
        told(stack, "api", TEMPORAL_ADDRESS=proxy.address),
    ):
        yield proxy


@pytest_asyncio.fixture(scope="module")
async def media_line(stack: LocalStack) -> AsyncIterator[Proxy]:
    """Two workers run, and what they ask of LiveKit goes through this proxy."""
    async with (
        running_proxy(stack.env["LIVEKIT_URL"].removeprefix("ws://")) as proxy,
        told(stack, "worker", LIVEKIT_URL=f"ws://{proxy.address}"),
    ):
        await asyncio.to_thread(stack.start, "worker-2")
        yield proxy
        stack.kill("worker-2")


@pytest_asyncio.fixture
async def media(media_line: Proxy) -> AsyncIterator[Proxy]:
    """The workers' line to LiveKit; what a test holds up is let through after it."""
    yield media_line
    await media_line.pass_on()


@pytest_asyncio.fixture(scope="module")
async def modelled(stack: LocalStack) -> AsyncIterator[FakeModel]:
    """Two workers that brief by this model."""
    async with running_model() as model:
        settings = {
            "LLM_MODEL": "openai/fake",
            "OPENAI_API_KEY": "sk-of-a-fake",
            "OPENAI_BASE_URL": model.url,
        }
        async with told(stack, "worker", **settings):
            await asyncio.to_thread(stack.start, "worker-2")
            yield model
            stack.kill("worker-2")


@pytest.fixture
def model(modelled: FakeModel) -> FakeModel:
    """The model of the workers; it has not been asked anything in this test."""
    modelled.answers()
    return modelled


@pytest_asyncio.fixture
async def scene(stage: Stage) -> AsyncIterator[Scene]:
    """A caller whose client follows, and two agents; nobody has called yet."""
    async with Scene(stage) as scene, told_in_the_end(scene):
        yield scene


@asynccontextmanager
async def told_in_the_end(scene: Scene) -> AsyncIterator[None]:
    """Say what has happened, which pytest shows of a test that failed."""
    began = time.monotonic()
    yield
    for line in story(scene, began):
        say(line)
