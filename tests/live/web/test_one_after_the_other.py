"""Somebody else is asked, and agent A has the caller back: what pages say, and what is heard."""

from tests.live.web.cast import asked_instead, signed_in, talking
from tests.live.web.conftest import OpenTab
from tests.live.web.silence import no_silence
from tests.live.web.tab import TONES


async def test_one_declines_the_next_takes_over_and_agent_a_takes_the_caller_back(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    dan = await open_tab("c")
    await signed_in(dan, f"Dan {mark}")
    await cast.ask(then=f"Dan {mark}")
    await cast.bea.page.keyboard.press("d")
    await cast.bea.page.keyboard.type("at lunch")
    await cast.bea.page.keyboard.press("Enter")
    await cast.ada.sees(f"Bea {mark} declined: at lunch")
    await cast.ada.sees(f"Dan {mark} is next")
    await dan.page.get_by_test_id("offer").wait_for()
    assert await cast.bea.page.get_by_test_id("offer").count() == 0
    await cast.ada.audience("caller")
    await dan.page.keyboard.press("e")
    await cast.ada.sees("Hand over now")
    async with no_silence(cast.maya):
        await cast.ada.page.keyboard.press("c")
        await cast.maya.until_hears("c")
        await dan.until_hears("caller")
    await cast.outcome("completed")
    async with no_silence(cast.maya):
        await cast.ada.page.keyboard.press("u")
        await cast.maya.until_hears("a")
    await cast.ada.audience("caller")
    await cast.ada.until_hears("caller")
    await dan.sees(f"Ada {mark} has taken Maya {mark} back")
    await dan.page.get_by_test_id("state").get_by_text("available").wait_for()
    assert not [at for at, tones in await cast.maya.heard() if str(TONES["b"]) in tones]


async def test_somebody_else_is_asked_at_once_and_the_first_one_is_told(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    dan = await open_tab("c")
    await signed_in(dan, f"Dan {mark}")
    await cast.ask()
    await cast.briefing()
    await cast.consulting()
    await asked_instead(cast.ada, f"Dan {mark}")
    await dan.page.get_by_test_id("offer").wait_for()
    await cast.bea.sees("You aren't asked any more")
    await cast.bea.page.get_by_test_id("state").get_by_text("available").wait_for()
    await cast.ada.audience("caller")
    await cast.maya.until_hears("a")
    await dan.press("Accept at once")
    await cast.ada.press("Hand over now")
    await cast.maya.until_hears("c")


async def test_a_caller_whose_new_agent_is_lost_rings_for_agent_a(
    open_tab: OpenTab, mark: str
) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.handed_over()
    await cast.bea.page.close()
    await cast.ada.page.get_by_test_id("rung").wait_for()
    assert "☎" in await cast.ada.page.title()
    await cast.ada.page.keyboard.press("u")
    await cast.maya.until_hears("a")
    await cast.ada.audience("caller")
    await cast.ada.page.get_by_test_id("rung").wait_for(state="detached")
