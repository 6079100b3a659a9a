"""What agents do besides handing over: come and go, take notes, be asked for, be too late."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Route, expect

from tests.live.web.cast import asked_instead, called, signed_in, talking
from tests.live.web.conftest import OpenTab
from tests.live.web.tab import Tab

EDITED = "Maya was billed twice. The second payment is blocked already."


async def test_who_steps_away_is_asked_by_nobody_and_who_signs_out_is_gone(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    bea = cast.ada.page.get_by_role("radio", name=f"Bea {mark}")
    await cast.ada.page.keyboard.press("t")
    await expect(bea).to_be_enabled()
    await cast.bea.press("Step away")
    await expect(bea).to_be_disabled()
    await cast.bea.press("I'm available")
    await expect(bea).to_be_enabled()
    await cast.bea.press("Sign out")
    await cast.bea.page.get_by_label("Your name").wait_for()
    await expect(bea).to_be_disabled()


async def test_a_caller_asks_for_an_agent_who_is_told_so(open_tab: OpenTab, mark: str) -> None:
    ada, maya = await open_tab("a"), await open_tab("caller")
    await signed_in(ada, f"Ada {mark}")
    await maya.go("caller")
    wish = maya.page.get_by_label("Whom would you like to talk with?")
    await wish.select_option(f"Ada {mark}")
    await maya.page.get_by_label("Your name").fill(f"Maya {mark}")
    await maya.page.get_by_role("button", name="Call", exact=True).click()
    row = ada.page.get_by_role("listitem").filter(has_text=f"Maya {mark}")
    await expect(row).to_contain_text("asks for you")
    await row.get_by_role("button", name="Answer").click()
    await maya.until_hears("a")


async def test_notes_and_an_edited_briefing_reach_agent_b_before_it_is_spoken(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    notes = cast.ada.page.get_by_label("Conversation and notes")
    await cast.ada.page.keyboard.press("n")
    await cast.ada.page.keyboard.type("She has called twice before.")
    for _ in "ab":
        await cast.ada.page.keyboard.press("Enter")
    await notes.get_by_role("listitem").filter(has_text="She has called twice").wait_for()
    await notes.get_by_label("A note or what was said").blur()
    await cast.pick()
    await cast.ada.press("Preview the briefing")
    await cast.ada.page.get_by_label("The briefing your colleague will hear").fill(EDITED)
    await cast.ada.press("Ask them")
    await cast.bea.page.get_by_test_id("offer").get_by_text(EDITED).wait_for()
    await cast.briefing()
    await expect(cast.bea.page.get_by_test_id("briefing")).to_have_text(EDITED)
    await cast.bea.until_hears_anything()
    assert "called twice before" not in await cast.maya.page.content()


async def too_late(
    tab: Tab, path: str, pressed: Awaitable[None], meanwhile: Callable[[], Awaitable[None]]
) -> Locator:
    """Press something whose request comes after `meanwhile`; how the page says that it was late."""

    async def a_moment_later(route: Route) -> None:
        await meanwhile()
        await route.continue_()

    await tab.page.route(path, a_moment_later)
    async with tab.page.expect_response(path) as answer:
        await pressed
    assert (await answer.value).status == 409
    problem = tab.page.get_by_test_id("problem")
    await expect(problem).to_contain_text("ended")
    return problem


async def test_a_decision_that_comes_too_late_is_answered_by_a_sentence(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.briefing()

    async def cancelled() -> None:
        await cast.ada.page.keyboard.press("x")
        await cast.outcome("cancelled")

    accepting = cast.bea.press("Accept the caller")
    problem = await too_late(cast.bea, "**/accept", accepting, cancelled)
    await expect(problem).not_to_contain_text("409")
    await cast.ada.audience("caller")


async def test_taking_back_a_caller_who_has_just_hung_up_is_answered_by_a_sentence(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.handed_over()

    async def hung_up() -> None:
        await cast.maya.press("Hang up")
        await cast.maya.sees("The call has ended")

    await too_late(cast.ada, "**/take-back", cast.ada.page.keyboard.press("u"), hung_up)


async def test_a_supervisor_has_somebody_else_asked(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    dan, sam = await open_tab("c"), await open_tab("c")
    await signed_in(dan, f"Dan {mark}")
    await cast.ask()
    await cast.supervised(sam)
    await asked_instead(sam, f"Dan {mark}")
    await dan.page.get_by_test_id("offer").wait_for()
    await cast.bea.page.get_by_test_id("offer").wait_for(state="detached")
    await cast.ada.audience("caller")


async def test_a_call_that_nobody_answers_can_be_given_up(open_tab: OpenTab, mark: str) -> None:
    ada, maya = await open_tab("a"), await open_tab("caller")
    await signed_in(ada, f"Ada {mark}")
    await called(maya, f"Maya {mark}")
    waiting = ada.page.get_by_label("Waiting calls").get_by_role("listitem")
    row = waiting.filter(has_text=f"Maya {mark}")
    await row.wait_for()
    await maya.until_hears_anything()
    await maya.press("Hang up")
    await maya.sees("The call has ended")
    await row.wait_for(state="detached")
