"""Transfers of before, found again."""

from tests.live.web.cast import talking
from tests.live.web.conftest import OpenTab


async def test_a_typed_reference_and_a_link_open_a_transfer(open_tab: OpenTab, mark: str) -> None:
    cast = await talking(open_tab, mark)
    page = cast.ada.page
    await cast.pick()
    form = page.get_by_role("form", name="Hand over")
    await form.get_by_label("Reference").fill(f"order-{mark}")
    await cast.ada.press("Ask them")
    await cast.bea.page.get_by_test_id("offer").wait_for()
    await page.keyboard.press("x")
    await cast.outcome("cancelled")
    await cast.ada.press("Close")
    await page.get_by_label("History").get_by_label("Reference").fill(f"order-{mark}")
    await cast.ada.press(f"Ada {mark} → Bea {mark}")
    await cast.outcome("cancelled")
    link = await page.get_by_role("link", name="Link to this").get_attribute("href")
    await cast.ada.go(f"agent{link}")
    await cast.outcome("cancelled")
    await cast.ada.sees(f"order-{mark}")
    assert "transfer=" not in page.url
    await cast.hung_up()
