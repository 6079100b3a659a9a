"""A whole transfer with three people in three tabs, and what each of them hears."""

import time
from pathlib import Path

from tests.live.web.conftest import OpenTab
from tests.live.web.tab import Tab, gap_ms

OUT = Path("out/web")


async def people(open_tab: OpenTab, mark: str) -> tuple[Tab, Tab, Tab]:
    """Maya, Ada and Bea, each on their page; Maya and Ada talk."""
    maya, ada, bea = [await open_tab(tone) for tone in ("caller", "a", "b")]
    for tab, name in ((ada, "Ada"), (bea, "Bea")):
        await tab.go("agent")
        await tab.page.get_by_label("Your name").fill(f"{name} {mark}")
        await tab.press("Sign in")
        await tab.sees("available")
    await maya.go("caller")
    await maya.page.get_by_label("Your name").fill(f"Maya {mark}")
    await maya.page.get_by_label("What is it about?").fill("I was billed twice in October.")
    await maya.page.get_by_role("button", name="Call", exact=True).click()
    row = ada.page.get_by_label("Waiting calls").get_by_role("listitem").filter(has_text=mark)
    await row.get_by_role("button", name="Answer").click()
    await maya.until_hears("a")
    await ada.until_hears("caller")
    return maya, ada, bea


async def ask(ada: Tab, mark: str) -> None:
    """Ada asks Bea to take over."""
    await ada.page.keyboard.press("t")
    await ada.page.get_by_label(f"Bea {mark}").check()
    await ada.page.get_by_label("Notes for your colleague").fill("Blocked the second payment.")
    await ada.press("Ask them")


async def test_the_quick_way(open_tab: OpenTab, mark: str) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    maya, ada, bea = await people(open_tab, mark)
    await ada.audience("caller")
    for tab, name in ((maya, "maya"), (ada, "ada"), (bea, "bea")):
        await tab.shot(OUT, f"talking-{name}")
    await ask(ada, mark)
    await bea.page.get_by_test_id("offer").wait_for()
    for tab, name in ((maya, "maya"), (ada, "ada"), (bea, "bea")):
        await tab.shot(OUT, f"offering-{name}")
    await bea.press("Answer")
    await bea.audience("private")
    await bea.sees("Speak it again")
    for tab, name in ((maya, "maya"), (ada, "ada"), (bea, "bea")):
        await tab.shot(OUT, f"briefing-{name}")
    await bea.press("Accept the caller")
    await ada.sees("Hand over now")
    began = time.time()
    await ada.press("Hand over now")
    await maya.until_hears("b")
    await bea.until_hears("caller")
    await bea.audience("caller")
    await ada.page.get_by_test_id("ended").wait_for()
    for tab, name in ((maya, "maya"), (ada, "ada"), (bea, "bea")):
        await tab.shot(OUT, f"completed-{name}")
    heard = await maya.heard()
    assert not [at for at, tones in heard if "5200" in tones and at < began]
    await maya.page.wait_for_timeout(1000)
    print("gap", gap_ms(await maya.heard(), began - 1, began + 1.5), ".")
    await maya.press("Hang up")
    await maya.sees("The call has ended")
