"""A whole transfer by three people who have no mouse."""

import re

from playwright.async_api import expect

from tests.live.web.cast import Cast
from tests.live.web.conftest import OpenTab
from tests.live.web.tab import Tab


async def fill(tab: Tab, field: str, text: str) -> None:
    await tab.tab_to(field)
    await tab.page.keyboard.type(text)


async def signed_in(tab: Tab, name: str) -> None:
    await tab.go("agent")
    await fill(tab, "Your name", name)
    await tab.page.keyboard.press("Enter")
    await tab.page.get_by_test_id("state").get_by_text("available").wait_for()


async def test_a_consultation_and_a_hand_over_need_no_mouse(open_tab: OpenTab, mark: str) -> None:
    ada, bea, maya = await open_tab("a"), await open_tab("b"), await open_tab("caller")
    cast = Cast(maya, ada, bea, mark)
    await signed_in(ada, f"Ada {mark}")
    await signed_in(bea, f"Bea {mark}")
    await maya.go("caller")
    await fill(maya, "Your name", f"Maya {mark}")
    await fill(maya, "What is it about?", "I was billed twice.")
    await maya.tab_to("Call", exact=True)
    await maya.page.keyboard.press("Enter")
    waiting = ada.page.get_by_label("Waiting calls").get_by_role("listitem")
    # Whoever an earlier test has left behind is gone after some seconds.
    await expect(waiting).to_have_text([re.compile(f"Maya {mark}")], timeout=60_000)
    await ada.page.keyboard.press("a")
    await ada.audience("caller")
    await ada.page.keyboard.press("t")
    await ada.tab_to_choice(f"Bea {mark}")
    await fill(ada, "Notes for your colleague", "Blocked the payment.")
    await ada.tab_to("Ask them")
    await ada.page.keyboard.press("Enter")
    await bea.page.get_by_test_id("offer").wait_for()
    await bea.page.keyboard.press("a")
    await cast.phase("briefing")
    await bea.audience("private")
    await ada.page.keyboard.press("b")
    await cast.phase("consulting")
    await ada.until_hears("b")
    await bea.page.keyboard.press("a")
    await ada.sees("has accepted")
    await ada.page.keyboard.press("c")
    await cast.together()
    await cast.outcome("completed")
    await maya.tab_to("Hang up")
    await maya.page.keyboard.press("Enter")
    await maya.sees("The call has ended")
