"""The move as the caller hears it, beside a page that leaves and joins, on the same machine."""

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
    """The longest silence that the caller heard around the move, in ms."""
    await cast.ask()
    await cast.briefing()
    await cast.bea.press("Accept the caller")
    await cast.ada.sees("Hand over now")
    began = time.time()
    await cast.ada.press("Hand over now")
    await cast.maya.until_hears("b")
    await cast.outcome("completed")
    await cast.maya.page.wait_for_timeout(SETTLES_S * 1000)
    return gap_ms(await cast.maya.heard(), began - 1, began + SETTLES_S)


async def naive_caller(tab: Tab, name: str) -> None:
    """Call from a page that knows nothing of seats."""
    await tab.go("healthz")
    await tab.page.evaluate(CLIENT.read_text())
    await tab.page.evaluate(NAIVE.read_text())
    await tab.page.evaluate("name => window.naive(name)", name)


async def test_a_page_that_leaves_and_joins_is_the_more_silent_one(
    open_tab: OpenTab, mark: str
) -> None:
    ours = await handed_over(await talking(open_tab, mark))
    mark = f"{mark}n"
    ada, bea, maya = [await open_tab(tone) for tone in ("a", "b", "caller")]
    await signed_in(ada, f"Ada {mark}")
    await signed_in(bea, f"Bea {mark}")
    await naive_caller(maya, f"Maya {mark}")
    await answered(ada, mark)
    await maya.until_hears("a")
    naive = await handed_over(Cast(maya, ada, bea, mark))
    log.info("silence at the move: %.0f ms; leaving, then joining: %.0f ms", ours, naive)
    assert ours < naive
