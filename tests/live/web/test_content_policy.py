"""The pages run under the policy that they are served with."""

from robots.scene import Stage
from tests.live.web.conftest import Browsers


async def test_every_page_keeps_its_own_content_policy(browsers: Browsers, stage: Stage) -> None:
    context = await (await browsers.get(0)).new_context()
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    for path in ("", "caller", "agent", "floor"):
        await page.goto(f"{stage.url}/{path}")
        await page.get_by_role("heading", level=1).wait_for()
    await context.close()
    # The robots of "Try it alone" needn't be there: asking for them is a fault for the console.
    assert not [fault for fault in faults if "ERR_CONNECTION_REFUSED" not in fault]
