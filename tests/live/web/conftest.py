"""A headless Chromium, and tabs in it."""

import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from robots.scene import Stage
from stack.browser import get_chromium
from stack.environment import bare
from stack.local import LocalStack
from tests.live.web.tab import Tab

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"),
    *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
]
OpenTab = Callable[..., Awaitable[Tab]]


class Browsers:
    """A browser for each person, for one has 16 outputs for sound, and a page needs up to seven.

    (`AudioManagerBase`, where Chromium was built without a sound system: seen in 153; beyond that
    nothing is played.)
    """

    def __init__(self, start: Callable[[], Awaitable[Browser]]) -> None:
        self._start = start
        self.started: list[Browser] = []

    async def get(self, number: int) -> Browser:
        """The browser of the nth person; it stays for the tests that follow."""
        while len(self.started) <= number:
            self.started.append(await self._start())
        return self.started[number]


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browsers() -> AsyncIterator[Browsers]:
    chromium = get_chromium(bare())
    async with async_playwright() as playwright:
        start = partial(
            playwright.chromium.launch,
            executable_path=chromium.program,
            args=FLAGS,
            env={**os.environ, **chromium.env},
        )
        several = Browsers(start)
        yield several
        for browser in several.started:
            await browser.close()


@pytest_asyncio.fixture
async def open_tab(browsers: Browsers, stage: Stage) -> AsyncIterator[OpenTab]:
    """Opens tabs by tone; all are closed after the test."""
    tabs: list[Tab] = []

    async def opened(tone: str, url: str = stage.url, **more: object) -> Tab:
        browser = await browsers.get(len(tabs))
        tabs.append(await Tab.open(browser, url, tone, **more))  # type: ignore[arg-type]
        return tabs[-1]

    yield opened
    for tab in tabs:
        await tab.close()


@pytest.fixture
def robots(stack: LocalStack) -> Iterator[LocalStack]:
    """The stack with robots who take seats, as after `make up`; none of a play that failed."""
    stack.start("robots")
    yield stack
    stack.end("robots")


@pytest.fixture
def mark() -> str:
    """What makes the names of a test its own."""
    return secrets.token_hex(2)
