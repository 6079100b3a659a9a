"""Every screen in every phase: no serious fault for axe, and pictures in `out/screens`."""

from pathlib import Path

from stack.local import LocalStack
from stack.pages import PACKAGES
from tests.live.web.cast import answered, called, signed_in, talking
from tests.live.web.conftest import OpenTab
from tests.live.web.tab import Tab

OUT = Path("out/screens")
AXE = PACKAGES / "axe-core" / "axe.min.js"
LOOKS = {"light-1440": ("light", 1440), "dark-360": ("dark", 360)}
FAULTS = """
axe.run().then(({ violations }) => violations
  .filter(({ impact }) => impact === "serious" || impact === "critical")
  .map(({ id, nodes }) => `${id}: ${nodes[0].html}`))
"""


class Album:
    """Takes pictures, and collects what is wrong on them."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        OUT.mkdir(parents=True, exist_ok=True)

    async def take(self, phase: str, **tabs: Tab) -> None:
        """Every one of these tabs, in every look."""
        for who, tab in tabs.items():
            for look, (scheme, width) in LOOKS.items():
                await tab.page.emulate_media(
                    color_scheme=scheme,  # type: ignore[arg-type]
                    reduced_motion="reduce",
                )
                await tab.page.set_viewport_size({"width": width, "height": 900})
                name = f"{who}-{phase}-{look}"
                await tab.page.screenshot(path=OUT / f"{name}.png", full_page=True)
                await self._examine(tab, name)

    async def _examine(self, tab: Tab, name: str) -> None:
        await tab.page.evaluate(AXE.read_text())
        self.faults += [f"{name}: {fault}" for fault in await tab.page.evaluate(FAULTS)]
        wide = "document.documentElement.scrollWidth - innerWidth"
        if (over := await tab.page.evaluate(wide)) > 0:
            self.faults.append(f"{name}: {over} px too wide")


async def test_no_screen_has_a_serious_fault(
    open_tab: OpenTab, mark: str, robots: LocalStack
) -> None:
    album = Album()
    home, maya, ada, bea, sam = [await open_tab(tone) for tone in ("c", "caller", "a", "b", "c")]
    await home.go("")
    await home.sees("Try it alone")
    await maya.go("caller")
    await ada.go("agent")
    await ada.page.get_by_label("Your name").wait_for()
    await album.take("before", home=home, maya=maya, ada=ada)
    await signed_in(ada, f"Ada {mark}")
    await signed_in(bea, f"Bea {mark}")
    await sam.go("floor")
    await sam.page.get_by_label("Your name").fill(f"Sam {mark}")
    await sam.press("Sign in")
    await called(maya, f"Maya {mark}")
    await ada.sees(f"Maya {mark}")
    await album.take("waiting", maya=maya, ada=ada, sam=sam)
    await answered(ada, mark)
    await ada.audience("caller")
    await maya.until_hears("a")
    await album.take("talking", maya=maya, ada=ada)
    await ada.page.keyboard.press("t")
    await ada.page.get_by_label(f"Bea {mark}").check()
    await ada.press("Preview the briefing")
    await ada.page.get_by_label("The briefing your colleague will hear").wait_for()
    await album.take("asking", ada=ada)
    await ada.page.get_by_label(f"Bea {mark}").check()
    await ada.page.get_by_label("Notes for your colleague").fill("The second payment is blocked.")
    await ada.press("Ask them")
    await bea.page.get_by_test_id("offer").wait_for()
    await album.take("offering", maya=maya, ada=ada, bea=bea, sam=sam)
    await bea.press("Answer")
    await bea.audience("private")
    await ada.page.locator('[data-phase="briefing"]').wait_for()
    await album.take("briefing", maya=maya, ada=ada, bea=bea, sam=sam)
    await ada.press("Talk in private")
    await ada.audience("private")
    await maya.sees("talking with a colleague")
    await album.take("consulting", maya=maya, ada=ada, bea=bea, sam=sam)
    await bea.press("Accept the caller")
    await ada.sees("Introduce them")
    await album.take("accepted", ada=ada, bea=bea)
    await ada.press("Introduce them")
    await ada.page.locator('[data-phase="introducing"]').wait_for()
    await album.take("introducing", maya=maya, ada=ada, bea=bea, sam=sam)
    await ada.press("Leave them together")
    await ada.page.locator('[data-outcome="completed"]').wait_for()
    await album.take("completed", maya=maya, ada=ada, bea=bea, sam=sam)
    await maya.press("Hang up")
    await maya.sees("The call has ended")
    await album.take("ended", maya=maya, bea=bea)
    assert not album.faults, "\n".join(album.faults)


async def test_no_screen_of_a_way_round_or_back_has_a_serious_fault(
    open_tab: OpenTab, mark: str
) -> None:
    album = Album()
    cast = await talking(open_tab, mark)
    ada, bea, dan = cast.ada, cast.bea, await open_tab("c")
    await signed_in(dan, f"Dan {mark}")
    await ada.page.keyboard.press("?")
    await album.take("keys", ada=ada)
    await ada.page.keyboard.press("Escape")
    await ada.page.get_by_role("dialog").wait_for(state="detached")
    await cast.pick(then=f"Dan {mark}")
    await album.take("one-after-the-other", ada=ada)
    await ada.press("Ask them")
    await bea.press("Decline")
    await bea.page.keyboard.type("at lunch")
    await bea.page.keyboard.press("Enter")
    await dan.page.get_by_test_id("offer").wait_for()
    await ada.page.keyboard.press("o")
    await album.take("next", ada=ada)
    await ada.page.keyboard.press("1")
    await bea.page.get_by_test_id("offer").wait_for()
    await dan.sees("You aren't asked any more")
    await album.take("instead", maya=cast.maya, ada=ada, dan=dan)
    await cast.handed_over()
    await album.take("returnable", ada=ada)
    await ada.page.keyboard.press("u")
    await ada.audience("caller")
    await bea.sees("has taken")
    await album.take("taken-back", maya=cast.maya, ada=ada, bea=bea)
    assert not album.faults, "\n".join(album.faults)
