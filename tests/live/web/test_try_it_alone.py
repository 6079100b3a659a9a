"""One person, no microphone, and robots in the other seats; the worker is killed meanwhile."""

import asyncio

from robots.waiting import until
from stack.local import LocalStack
from tests.live.web.conftest import OpenTab
from tests.live.web.silence import no_silence


async def test_as_the_caller_one_is_handed_over(open_tab: OpenTab, robots: LocalStack) -> None:
    you = await open_tab("caller", denied=True)
    await you.go("")
    await you.page.get_by_role("link", name="As the caller").click()
    await you.sees("You are talking with Ada", within_s=30)
    await you.until_hears_anything()
    await you.sees("talking with a colleague", within_s=60)
    async with no_silence(you, before_s=0):  # Ada, who has just left, paused between words
        await you.press("Kill the worker")
        await you.sees("The worker is dead")
    await until(lambda: "worker" in robots.dead, 5, "the worker to be dead")
    await asyncio.to_thread(robots.start, "worker")  # as `make up` does by itself
    await you.sees("You are talking with Bea", within_s=60)
    await you.until_hears_anything()
    await you.press("Hang up")
    await you.sees("The call has ended")


async def test_as_agent_a_one_hands_over(open_tab: OpenTab, robots: LocalStack) -> None:
    you = await open_tab("a", denied=True)
    await you.go("")
    await you.page.get_by_role("link", name="As Agent A").click()
    await you.press("Answer")
    await you.audience("caller")
    await you.until_hears_anything()
    await you.page.keyboard.press("t")
    says = await you.page.get_by_text("hand her over to Bea").inner_text()
    await you.page.get_by_label(says.partition("over to ")[2].removesuffix(".")).check()
    await you.press("Ask them")
    await you.sees("has accepted", within_s=60)
    await you.page.keyboard.press("c")
    await you.page.locator('[data-outcome="completed"]').wait_for()


async def test_as_agent_b_one_takes_over(open_tab: OpenTab, robots: LocalStack) -> None:
    you = await open_tab("b", denied=True)
    await you.go("")
    await you.page.get_by_role("link", name="As Agent B").click()
    await you.page.get_by_test_id("offer").wait_for(timeout=60_000)
    await you.press("Answer")
    await you.audience("private")
    await you.until_hears_anything()
    await you.press("Accept the caller")
    await you.audience("caller", within_s=30)
    await you.press("Hang up")
