"""Whole transfers with three people in three tabs, and what each of them hears."""

import time

from tests.live.web.cast import talking
from tests.live.web.conftest import OpenTab
from tests.live.web.silence import no_silence
from tests.live.web.tab import Tab

LISTENS_S = 2.0


async def heard_nothing_of_bea(maya: Tab, before: float) -> None:
    early = [at for at, tones in await maya.heard() if "5200" in tones and at < before]
    assert not early


async def test_the_quick_way_costs_the_caller_no_silence(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    await cast.ada.until_hears("caller")
    await cast.ask()
    await cast.briefing()
    await cast.bea.page.keyboard.press("a")
    await cast.ada.sees("Hand over now")
    completed_at = time.time()
    async with no_silence(cast.maya):
        await cast.ada.page.keyboard.press("c")
        await cast.together()
    await cast.outcome("completed")
    await heard_nothing_of_bea(cast.maya, completed_at)
    await cast.ada.page.get_by_test_id("audience").wait_for(state="detached")
    await cast.maya.press("Hang up")
    await cast.maya.sees("The call has ended")


async def test_a_consultation_back_and_forth_is_private(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.briefing()
    await cast.consulting()
    await cast.ada.speak("a-private")
    await cast.bea.until_hears("a-private")
    await cast.maya.sees("talking with a colleague")
    began = time.time()
    await cast.maya.page.wait_for_timeout(LISTENS_S * 1000)
    heard = [tones for at, tones in await cast.maya.heard() if at > began]
    assert len([tones for tones in heard if "sound" in tones]) > len(heard) / 2
    assert f"Bea {mark}" not in await cast.maya.page.content()
    await cast.ada.speak("a")
    await cast.bea.until_hears("a")
    await cast.ada.page.keyboard.press("r")
    await cast.ada.audience("caller")
    await cast.maya.until_hears("a")
    await cast.phase("briefing")
    await cast.consulting()
    await cast.bea.press("Accept the caller")
    completed_at = time.time()
    async with no_silence(cast.maya):
        await cast.ada.press("Hand over now")
        await cast.together()
    await cast.outcome("completed")
    await heard_nothing_of_bea(cast.maya, completed_at)
    assert not [at for at, tones in await cast.maya.heard() if "6000" in tones]


async def test_an_introduction_is_heard_by_all_three(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.bea.page.keyboard.press("e")
    await cast.ada.press("Introduce them")
    await cast.phase("introducing")
    await cast.maya.until_hears("b")
    await cast.ada.press("Leave them together")
    await cast.outcome("completed")
    await cast.together()


async def test_a_decline_says_why_and_the_caller_stays(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.bea.page.keyboard.press("d")
    await cast.bea.page.keyboard.type("I am on my way home")
    await cast.bea.page.keyboard.press("Enter")
    await cast.outcome("declined")
    await cast.ada.sees("I am on my way home")
    await cast.ada.audience("caller")
    await cast.maya.until_hears("a")


async def test_a_cancelled_consultation_brings_agent_a_back(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.briefing()
    await cast.consulting()
    await cast.ada.page.keyboard.press("x")
    await cast.outcome("cancelled")
    await cast.ada.audience("caller")
    await cast.maya.until_hears("a")
    await cast.bea.page.get_by_test_id("state").get_by_text("available").wait_for()


async def test_a_supervisor_gives_a_caller_back(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.briefing()
    await cast.consulting()
    sam = await open_tab("c")
    await cast.supervised(sam)
    await sam.press(f"Give Maya {mark} back to Ada {mark}")
    await cast.outcome("cancelled")
    await cast.ada.sees(f"Sam {mark} gave the caller back")
    await cast.ada.audience("caller")
    await cast.maya.until_hears("a")
    await cast.hung_up()
    await sam.sees("This call has ended")


async def test_agent_b_hears_the_briefing_again_faster_or_not_at_all(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.briefing()
    await cast.bea.until_hears_anything()
    for button in ("Faster", "Speak it again"):
        await cast.bea.press("Hush")
        await cast.bea.until_hears_nothing()
        await cast.bea.press(button)
        await cast.bea.until_hears_anything()
