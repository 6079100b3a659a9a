"""Callers' pages that aren't ours: one that leaves and joins, one that does nothing."""

import logging
import time
from pathlib import Path

from stack.pages import PACKAGES
from tests.live.web.cast import Cast, answered, signed_in, talking
from tests.live.web.conftest import OpenTab
from tests.live.web.tab import Tab, gap_ms

log = logging.getLogger(__name__)

CLIENT = PACKAGES / "livekit-client" / "dist" / "livekit-client.umd.js"
NAIVE = Path(__file__).with_name("naive.js")
SETTLES_S = 3.0


async def handed_over(cast: Cast) -> float:
    """The longest silence that the caller heard around the move, however long it took, in ms."""
    await cast.ask()
    await cast.briefing()
    await cast.bea.press("Accept the caller")
    await cast.ada.sees("Hand over now")
    began = time.time()
    await cast.ada.press("Hand over now")
    await cast.maya.until_hears("b")
    await cast.outcome("completed")
    ended = time.time()
    await cast.maya.page.wait_for_timeout(SETTLES_S * 1000)
    return gap_ms(await cast.maya.heard(), began - 1, ended + 1)


async def naive_caller(tab: Tab, name: str, *, follows: bool = True) -> None:
    """Call from a page that knows nothing of seats."""
    await tab.go("healthz")
    for script in (CLIENT, NAIVE):
        await tab.page.add_script_tag(path=script)
    await tab.page.evaluate("([name, follows]) => window.naive(name, follows)", [name, follows])


async def naive_cast(open_tab: OpenTab, mark: str, *, follows: bool = True) -> Cast:
    """Three who talk, or are available; the caller's page isn't ours."""
    ada, bea, maya = [await open_tab(tone) for tone in ("a", "b", "caller")]
    await signed_in(ada, f"Ada {mark}")
    await signed_in(bea, f"Bea {mark}")
    await naive_caller(maya, f"Maya {mark}", follows=follows)
    await answered(ada, mark)
    await maya.until_hears("a")
    return Cast(maya, ada, bea, mark)


async def test_a_page_that_leaves_and_joins_is_the_more_silent_one(
    open_tab: OpenTab, mark: str
) -> None:
    ours = await handed_over(await talking(open_tab, mark))
    naive = await handed_over(await naive_cast(open_tab, f"{mark}n"))
    log.info("silence at the move: %.0f ms; leaving, then joining: %.0f ms", ours, naive)
    assert ours < naive


async def test_agent_b_comes_to_a_caller_whose_page_does_nothing(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await naive_cast(open_tab, mark, follows=False)
    await handed_over(cast)
    await cast.bea.until_hears("caller")
    await cast.bea.audience("caller")
    await cast.ada.page.get_by_test_id("audience").wait_for(state="detached")
