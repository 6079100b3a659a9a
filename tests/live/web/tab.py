"""A browser tab with a person in it: a microphone that is a tone, and an ear at what it plays."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, expect

EAR, WORKLET = (Path(__file__).parent / name for name in ("ear.js", "ear-worklet.js"))
TONES = {"caller": 4000, "a": 4400, "b": 5200, "c": 5600, "a-private": 6000}
SLICE_MS = 10.0
SCREEN = {"width": 1440, "height": 900}
MOST_TABS = 60
# The words of what has the focus, as a person sees them.
FOCUSED = """() => {
  const { activeElement: at } = document;
  return (at.labels?.[0] ?? at).innerText.trim();
}"""


class Tab:
    """One person's page; `tone` names what their microphone sounds like."""

    def __init__(self, page: Page, url: str, tone: str) -> None:
        self.page = page
        self.url = url
        self.tone = tone

    @classmethod
    async def open(
        cls, browser: Browser, url: str, tone: str, *, denied: bool = False, **more: object
    ) -> Tab:
        """Open a tab in a context of its own."""
        # The ear is a stranger to the page's own content policy.
        options = {"viewport": SCREEN, "bypass_csp": True, **more}
        context: BrowserContext = await browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        ear = {"tone": TONES[tone], "denied": denied, "worklet": WORKLET.read_text()}
        await context.add_init_script(f"window.__ear = {json.dumps(ear)};\n{EAR.read_text()}")
        return cls(await context.new_page(), url, tone)

    async def go(self, path: str) -> None:
        """Open a page of the product."""
        await self.page.goto(f"{self.url}/{path}")

    async def press(self, name: str) -> None:
        """Press a button by its words."""
        await self.page.get_by_role("button", name=name).first.click()

    async def tab_to(self, name: str, *, exact: bool = False) -> None:
        """Press Tab until what has this name has the focus."""
        for _ in range(MOST_TABS):
            await self.page.keyboard.press("Tab")
            found = await self.page.evaluate(FOCUSED)
            if found == name or (not exact and found.startswith(name)):
                return
        raise AssertionError(f"Tab never came to {name!r}")

    async def tab_to_choice(self, name: str) -> None:
        """Press Tab until a radio button has the focus, and an arrow until the one of this name."""
        radio = "document.activeElement.type === 'radio'"
        for _ in range(MOST_TABS):
            await self.page.keyboard.press("Tab")
            if await self.page.evaluate(radio):
                break
        for _ in range(MOST_TABS):
            if (await self.page.evaluate(FOCUSED)).startswith(name):
                await self.page.keyboard.press("Space")
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrow never came to {name!r}")

    async def sees(self, text: str, within_s: float = 15) -> None:
        """Wait until a text is on the page."""
        await expect(self.page.get_by_text(text).first).to_be_visible(timeout=within_s * 1000)

    async def audience(self, who: str, within_s: float = 15) -> None:
        """Wait until the banner says who hears this agent: `caller`, `private`, `nobody`."""
        banner = self.page.get_by_test_id("audience")
        await expect(banner).to_have_attribute("data-audience", who, timeout=within_s * 1000)

    async def speak(self, tone: str) -> None:
        """Sound like this from now on."""
        await self.page.evaluate("hz => window.speak(hz)", TONES[tone])

    async def heard(self) -> list[tuple[float, frozenset[str]]]:
        """What was played: times in seconds of the epoch, and tones in Hz, or `sound`."""
        rows = await self.page.evaluate("window.heard()")
        return [(row[0], frozenset(row[1:])) for row in rows]

    async def until_hears(self, tone: str, within_s: float = 15) -> float:
        """Wait until a person's tone is played here; returns when."""
        name = str(TONES[tone])
        await self.page.wait_for_function(
            "name => window.heard(30).filter(row => row.includes(name)).length > 3",
            arg=name,
            timeout=within_s * 1000,
        )
        return time.time()

    async def until_hears_anything(self, within_s: float = 15) -> None:
        """Wait until something is played here."""
        await self.page.wait_for_function(
            "() => window.heard(50).filter(row => row.includes('sound')).length > 3",
            timeout=within_s * 1000,
        )

    async def until_hears_nothing(self, within_s: float = 15) -> None:
        """Wait until nothing has been played here for a second."""
        await self.page.wait_for_function(
            "() => window.heard(100).every(row => row.length === 1)", timeout=within_s * 1000
        )

    async def close(self) -> None:
        """Close the tab with its context."""
        await self.page.context.close()


def gap_ms(heard: list[tuple[float, frozenset[str]]], began: float, ended: float) -> float:
    """The longest silence of what was played within a window, in whole slices of 10 ms."""
    times = [at for at, what in heard if what and began <= at <= ended]
    edges = [began, *times, ended]
    longest = max(later - earlier for earlier, later in pairwise(edges)) * 1000
    return max(0.0, longest - SLICE_MS)
