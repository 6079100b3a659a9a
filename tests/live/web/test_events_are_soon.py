"""How soon a page shows what is in the record."""

import json
import sqlite3
import statistics
from datetime import UTC, datetime
from pathlib import Path

from stack.local import LocalStack
from tests.live.web.cast import talking
from tests.live.web.conftest import OpenTab

SOON_S = 0.5
EVENTS = 20
ROUNDS = 3

# Notes the instant at which each line of a timeline is first on the page.
WATCH = """
window.shown = {};
new MutationObserver(() => {
  for (const time of document.querySelectorAll(".timeline time")) {
    window.shown[time.dateTime] ??= Date.now() / 1000;
  }
}).observe(document.body, { childList: true, subtree: true });
"""


async def test_an_event_is_on_the_page_soon_after_it_is_in_the_record(
    open_tab: OpenTab, mark: str, stack: LocalStack
) -> None:
    cast = await talking(open_tab, mark)
    await cast.ada.page.evaluate(WATCH)
    for _ in range(ROUNDS):
        await cast.ask()
        await cast.briefing()
        await cast.consulting()
        await cast.ada.page.keyboard.press("x")
        await cast.outcome("cancelled")
        await cast.ada.press("Close")
        await cast.bea.page.get_by_test_id("state").get_by_text("available").wait_for()
    shown = await cast.ada.page.evaluate("window.shown")
    kept = recorded(stack.data / "record.db")
    delays = [shown[line] - kept[line] for line in shown if line in kept]
    assert len(delays) >= EVENTS
    assert statistics.median(delays) <= SOON_S, sorted(delays)
    await cast.hung_up()


def recorded(database: Path) -> dict[str, float]:
    """When each line of a timeline was first in the record, by the line's own time."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        rows = db.execute("select at, data from events where kind = 'transfer' order by id")
        kept: dict[str, float] = {}
        for at, data in rows:
            written = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
            for line in json.loads(data)["timeline"]:
                kept.setdefault(line["at"], written)
    return kept
