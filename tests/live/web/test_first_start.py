"""While a first start still builds something, the first page plays a recording."""

from playwright.async_api import expect

from stack.foyer import foyer
from tests.live.web.conftest import OpenTab
from tests.servers import free_port

DOING = "The LiveKit server is being built."


async def test_the_recording_plays_with_its_labels_until_the_product_is_there(
    open_tab: OpenTab,
) -> None:
    port = free_port()
    tab = await open_tab("caller", url=f"http://127.0.0.1:{port}")
    with foyer(port, DOING):
        await tab.go("")
        meanwhile = tab.page.get_by_test_id("meanwhile")
        await expect(meanwhile).to_contain_text(DOING)
        await meanwhile.locator("audio").evaluate("audio => audio.play()")
        await tab.until_hears_anything()
        step = meanwhile.locator('[aria-current="step"]')
        first = await step.inner_text()
        await expect(step).not_to_have_text(first, timeout=30_000)
        await tab.page.route("**/v1/installation", lambda route: route.fulfill(json={}))
        await meanwhile.wait_for(state="detached")
