"""Whole transfers on pages that aren't where the api is."""

from functools import partial
from pathlib import Path

from robots.scene import Stage
from stack.environment import bare
from stack.local import LocalStack
from stack.pages import npm
from tests.live.parts import told
from tests.live.web.cast import Cast, talking
from tests.live.web.conftest import OpenTab
from tests.live.web.elsewhere import alone, below, free


async def handed_over(cast: Cast) -> None:
    await cast.ask()
    await cast.briefing()
    await cast.bea.press("Accept the caller")
    await cast.ada.press("Hand over now")
    await cast.together()
    await cast.outcome("completed")


async def test_below_a_path_of_a_reverse_proxy(open_tab: OpenTab, stage: Stage, mark: str) -> None:
    async with below("/contact/centre", stage.url) as url:
        await handed_over(await talking(partial(open_tab, url=url), mark))


async def test_on_an_origin_of_their_own(
    open_tab: OpenTab, stack: LocalStack, stage: Stage, mark: str, tmp_path: Path
) -> None:
    environ = {**bare(), "VITE_API_URL": f"{stage.url}/"}
    npm(environ, "Building pages", "run", "--silent", "build", "--", "--outDir", str(tmp_path))
    listening = free()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with alone(tmp_path, listening), told(stack, "api", CORS_ORIGINS=url):
        await handed_over(await talking(partial(open_tab, url=url), mark))
