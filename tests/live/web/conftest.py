"""A headless Chromium, and tabs in it."""

import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from robots.scene import Stage
from stack.browser import get_chromium
from stack.environment import bare
from tests.live.web.tab import Tab

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"),
    *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
]
OpenTab = Callable[..., Awaitable[Tab]]


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = get_chromium(bare())
        started = await playwright.chromium.launch(
            executable_path=chromium.program, args=FLAGS, env={**os.environ, **chromium.env}
        )
        yield started
        await started.close()


@pytest_asyncio.fixture
async def open_tab(browser: Browser, stage: Stage) -> AsyncIterator[OpenTab]:
    """Opens tabs by tone; all are closed after the test."""
    tabs: list[Tab] = []

    async def opened(tone: str, url: str = stage.url, **more: object) -> Tab:
        tabs.append(await Tab.open(browser, url, tone, **more))  # type: ignore[arg-type]
        return tabs[-1]

    yield opened
    for tab in tabs:
        await tab.close()


@pytest.fixture
def mark() -> str:
    """What makes the names of a test its own."""
    return secrets.token_hex(2)
