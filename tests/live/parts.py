"""Parts of the stack that a test stops, kills, or has run with other settings for a while."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import sqlalchemy as sa
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter

from chaos.proxy import Proxy
from robots.scene import Scene
from robots.waiting import until
from stack.local import LocalStack


async def restarted(stack: LocalStack, *names: str) -> None:
    """Kill these parts and start them again, with the settings of now."""
    for name in names:
        await asyncio.to_thread(stack.kill, name)
    await asyncio.to_thread(stack.start, *names)


async def started(stack: LocalStack, *names: str) -> None:
    """Start parts, and see them ready."""
    await asyncio.to_thread(stack.start, *names)


async def gone(stack: LocalStack, *names: str) -> None:
    """Tell parts to go, and see them end in good order."""
    for name in names:
        stack.kill(name, signal.SIGTERM)
    codes = partial(map, stack.exit_code, names)
    await until(lambda: None not in codes(), 90, f"{names} to end")
    assert set(codes()) == {0}, names


@asynccontextmanager
async def told(stack: LocalStack, *names: str, **settings: str) -> AsyncIterator[None]:
    """Have these parts run with other settings for the length of the block."""
    usual = dict(stack.env)
    stack.env |= settings
    await restarted(stack, *names)
    try:
        yield
    finally:
        stack.env.clear()
        stack.env.update(usual)
        await restarted(stack, *names)


@asynccontextmanager
async def stopped(stack: LocalStack, name: str) -> AsyncIterator[None]:
    """Have a part hang, its connections open, for the length of the block.

    Not in the middle of writing: that would lock an SQLite file for everybody as long as it hangs
    (of 137 tests one met it once), while Postgres ends a writer who is frozen.
    """
    async with locked(stack.env["DATABASE_URL"]):
        stack.kill(name, signal.SIGSTOP)
    try:
        yield
    finally:
        stack.kill(name, signal.SIGCONT)


@asynccontextmanager
async def swallowed(proxy: Proxy) -> AsyncIterator[None]:
    """Have all that is sent get lost for the length of the block, and no connection closed."""
    proxy.swallow()
    try:
        yield
    finally:
        await proxy.pass_on()


@asynccontextmanager
async def locked(database_url: str) -> AsyncIterator[None]:
    """Let nobody write to an SQLite file for the length of the block."""
    path = sa.make_url(database_url).database or ""
    db = await asyncio.to_thread(
        sqlite3.connect, path, timeout=10, isolation_level=None, check_same_thread=False
    )
    try:
        await asyncio.to_thread(db.execute, "BEGIN EXCLUSIVE")
        yield
    finally:
        db.close()


class Ops:
    """Somebody at the Temporal CLI, who needs none of the product."""

    def __init__(self, client: Client, scene: Scene) -> None:
        self._client, self._scene = client, scene

    @classmethod
    async def at(cls, stack: LocalStack, scene: Scene) -> "Ops":
        """Connect, past any proxy."""
        address = stack.urls["temporal"]
        client = await Client.connect(address, data_converter=pydantic_data_converter)
        return cls(client, scene)

    @property
    def call(self) -> WorkflowHandle[None, None]:
        return self._client.get_workflow_handle(f"call/{self._scene.call_id}")

    @property
    def transfer(self) -> WorkflowHandle[None, None]:
        return self._client.get_workflow_handle(f"transfer/{self._scene.transfer_id}")
