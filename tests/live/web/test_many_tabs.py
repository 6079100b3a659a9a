"""Many tabs of one browser, over HTTP/1.1, which has six connections for all of them."""

import gzip
import time

from stack.pages import DIST
from tests.live.web.cast import called
from tests.live.web.conftest import OpenTab
from tests.live.web.tab import Tab

MOST_KB = 300
TABS = 7
SOON_S = 10.0


def test_the_first_load_is_light() -> None:
    files = [path for path in (DIST / "assets").iterdir() if "livekit-client" not in path.name]
    weight = sum(len(gzip.compress(path.read_bytes())) for path in files) / 1000
    assert weight <= MOST_KB, f"{weight:.0f} kB beyond the LiveKit client"


async def test_seven_tabs_of_one_browser_all_hear_of_a_call(open_tab: OpenTab, mark: str) -> None:
    first = await open_tab("a")
    tabs = [first]
    tabs += [Tab(await first.page.context.new_page(), first.url, "a") for _ in range(TABS - 1)]
    for number, tab in enumerate(tabs):
        await tab.go("agent")
        await tab.page.get_by_label("Your name").fill(f"Agent {number} {mark}")
        await tab.press("Sign in")
        await tab.sees("Waiting")
    caller = await open_tab("caller")
    await called(caller, f"Maya {mark}")
    began = time.monotonic()
    for tab in tabs:
        await tab.sees(f"Maya {mark}")
    assert time.monotonic() - began <= SOON_S
    await tabs[-1].page.get_by_test_id("state").get_by_text("available").wait_for()
    await caller.press("Hang up")
