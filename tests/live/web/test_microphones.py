"""The microphone: how loud it is, which one it is, and that a muted one is heard by nobody."""

from playwright.async_api import expect

from tests.live.web.cast import talking
from tests.live.web.conftest import OpenTab

LOUD = "meter => meter.value > 0.1"


async def test_a_level_meter_a_mute_key_and_a_choice(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    page = cast.ada.page
    meter = page.get_by_label("Your level")
    await page.wait_for_function(LOUD, arg=await meter.element_handle())
    await page.keyboard.press("m")
    await cast.maya.until_hears_nothing()
    await expect(meter).to_have_js_property("value", 0)
    await page.keyboard.press("m")
    await cast.maya.until_hears("a")
    choice = page.get_by_label("Microphone", exact=True).get_by_role("combobox")
    another = await choice.get_by_role("option").last.get_attribute("value")
    assert another
    assert another != await choice.input_value()
    await cast.ada.speak("a-private")
    await choice.select_option(another)
    await page.wait_for_function("id => window.__ear.devices.at(-1) === id", arg=another)
    await cast.maya.until_hears("a-private")
    await page.wait_for_function(LOUD, arg=await meter.element_handle())
