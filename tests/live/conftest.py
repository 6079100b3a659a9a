"""The whole product with real servers, up for the live tests and gone after the last."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from chaos.proxy import Proxy, running_proxy
from robots.scene import Scene, Stage
from stack.environment import bare
from stack.local import LocalStack
from tests.live.parts import told


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    # One machine calls in the name of everybody.
    env = {**bare(), "CALLS_PER_MINUTE": "600"}
    with LocalStack(tmp_path_factory.mktemp("live"), env, free_ports=True) as stack:
        yield stack


@pytest.fixture(scope="package")
def stage(stack: LocalStack) -> Stage:
    return Stage.of({**stack.env, "WARM_TRANSFER_URL": stack.urls["api"]})


@pytest_asyncio.fixture
async def between(stack: LocalStack) -> AsyncIterator[Proxy]:
    """The api, and nobody else, speaks with Temporal through this."""
    async with (
        running_proxy(stack.env["TEMPORAL_ADDRESS"]) as proxy,
        told(stack, "api", TEMPORAL_ADDRESS=proxy.address),
    ):
        yield proxy


@pytest_asyncio.fixture
async def scene(stage: Stage) -> AsyncIterator[Scene]:
    """A caller whose client follows, and two agents; nobody has called yet."""
    async with Scene(stage) as scene:
        yield scene


@pytest_asyncio.fixture
async def mirror(stage: Stage) -> AsyncIterator[Scene]:
    """The same with a caller whose client does nothing."""
    async with Scene(stage, follows=False) as scene:
        yield scene
