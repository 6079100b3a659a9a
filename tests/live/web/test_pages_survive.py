"""Pages are reloaded, closed, cut off, opened twice, and given no microphone."""

import asyncio

from playwright.async_api import expect

from tests.live.web.cast import Cast, talking
from tests.live.web.conftest import OpenTab

CUT_S, CLOSED_S = 5.0, 20.0


async def reloaded(cast: Cast) -> None:
    """Each page in turn is reloaded; the caller always hears somebody again."""
    for tab in (cast.maya, cast.ada, cast.bea):
        await tab.page.reload()
        await cast.maya.until_hears_anything()


async def test_every_page_may_be_reloaded_in_every_phase(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    await reloaded(cast)
    await cast.maya.until_hears("a")
    await cast.ada.audience("caller")
    await cast.ask()
    await reloaded(cast)
    await cast.maya.until_hears("a")
    await cast.bea.page.get_by_test_id("offer").wait_for()
    await cast.briefing()
    await reloaded(cast)
    await cast.maya.until_hears("a")
    await cast.bea.audience("private")
    await cast.consulting()
    await reloaded(cast)
    await cast.ada.audience("private")
    await cast.bea.until_hears("a")
    await cast.ada.until_hears("b")
    await cast.bea.press("Accept the caller")
    await cast.ada.press("Hand over now")
    await cast.together()
    await reloaded(cast)
    await cast.together()


async def test_pages_may_be_reloaded_while_two_are_introduced_and_in_the_move(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.bea.page.keyboard.press("e")
    await cast.ada.press("Introduce them")
    await cast.phase("introducing")
    await reloaded(cast)
    await cast.phase("introducing")
    await cast.maya.until_hears("b")
    await cast.ada.press("Leave them together")
    for tab in (cast.maya, cast.bea):
        await tab.page.reload()
    await cast.outcome("completed")
    await cast.together()


async def test_a_caller_who_reloads_at_the_instant_of_the_move_is_with_agent_b(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.bea.page.keyboard.press("e")
    await cast.ada.sees("Hand over now")
    await cast.ada.page.keyboard.press("c")
    await cast.maya.page.reload()
    await cast.outcome("completed")
    await cast.together()


async def test_a_caller_whose_lid_was_closed_is_back_when_it_is_opened(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    lid = await cast.maya.page.context.new_cdp_session(cast.maya.page)
    await cast.maya.page.context.set_offline(True)
    await lid.send("Page.setWebLifecycleState", {"state": "frozen"})
    await asyncio.sleep(CLOSED_S)
    await lid.send("Page.setWebLifecycleState", {"state": "active"})
    await cast.maya.page.context.set_offline(False)
    await cast.maya.page.get_by_test_id("lost").wait_for(state="detached")
    await cast.ada.audience("caller")
    await cast.maya.until_hears("a")
    await cast.ada.until_hears("caller")


async def test_a_caller_whose_network_is_cut_comes_back(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.briefing()
    await cast.consulting()
    await cast.maya.page.context.set_offline(True)
    lost = cast.maya.page.get_by_test_id("lost")
    await lost.wait_for()
    await cast.maya.page.wait_for_timeout(CUT_S * 1000)
    await cast.maya.page.context.set_offline(False)
    await lost.wait_for(state="detached")
    await cast.bea.press("Accept the caller")
    await cast.ada.press("Hand over now")
    await cast.together()


async def test_an_agent_b_who_closes_the_tab_gives_the_caller_back(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.briefing()
    await cast.bea.page.close()
    await cast.outcome("agent_b_left")
    await cast.ada.audience("caller")
    await cast.maya.until_hears("a")


async def test_of_two_tabs_the_newest_has_the_call(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    second = await open_tab("c")
    await second.go("agent")
    await second.page.get_by_label("Your name").fill(f"Ada {mark}")
    await second.press("Sign in")
    await second.audience("caller")
    await cast.ada.page.get_by_test_id("elsewhere").wait_for()
    await cast.maya.until_hears("c")
    await cast.ada.press("Have it here")
    await second.page.get_by_test_id("elsewhere").wait_for()
    await cast.maya.until_hears("a")


async def test_without_a_microphone_one_hears_and_is_told_what_to_do(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark, denied=True)
    notice = cast.maya.page.get_by_test_id("no-microphone")
    await expect(notice).to_contain_text("Allow it")
    await cast.maya.page.evaluate("window.__ear.denied = false")
    await cast.maya.press("Try again")
    await cast.ada.until_hears("caller")
