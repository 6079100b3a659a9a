"""Maya calls, Ada answers, Bea takes over: three people in three tabs."""

from __future__ import annotations

from dataclasses import dataclass

from tests.live.web.conftest import OpenTab
from tests.live.web.tab import Tab


@dataclass(frozen=True)
class Cast:
    """Three tabs; names are fresh, so that tests never meet."""

    maya: Tab
    ada: Tab
    bea: Tab
    mark: str

    @property
    def tabs(self) -> dict[str, Tab]:
        return {"maya": self.maya, "ada": self.ada, "bea": self.bea}

    async def pick(self, then: str = "") -> None:
        """Ada picks Bea, and `then` somebody else if Bea can't."""
        await self.ada.page.keyboard.press("t")
        await self.ada.page.get_by_label(f"Bea {self.mark}").check()
        if then:
            await self.ada.page.get_by_text("ask next…").press("Enter")
            await self.ada.page.get_by_role("checkbox", name=then).press("Space")

    async def ask(self, then: str = "", **fields: str) -> None:
        """Ada asks Bea to take over, and it rings."""
        await self.pick(then)
        await self.ada.page.get_by_label("Notes for your colleague").fill("Blocked the payment.")
        for label, text in fields.items():
            await self.ada.page.get_by_label(label).fill(text)
        await self.ada.press("Ask them")
        await self.bea.page.get_by_test_id("offer").wait_for()

    async def briefing(self) -> None:
        """Bea answers, and is briefed in private."""
        await self.bea.press("Answer")
        await self.bea.audience("private")
        await self.phase("briefing")

    async def consulting(self) -> None:
        """Ada goes to talk with Bea; the caller hears hold audio."""
        await self.ada.press("Talk in private")
        await self.phase("consulting")
        await self.ada.audience("private")
        await self.bea.until_hears("a")
        await self.ada.until_hears("b")

    async def together(self) -> None:
        """Maya and Bea hear each other, and Bea is told so."""
        await self.maya.until_hears("b")
        await self.bea.until_hears("caller")
        await self.bea.audience("caller")

    async def handed_over(self) -> None:
        """Bea accepts at once, and has Maya."""
        await self.bea.press("Accept at once")
        await self.ada.press("Hand over now")
        await self.together()
        await self.outcome("completed")

    async def supervised(self, sam: Tab) -> None:
        """Sam signs in as a supervisor, and opens Maya's call with Ada on the floor."""
        await sam.go("floor")
        await sam.page.get_by_label("Your name").fill(f"Sam {self.mark}")
        await sam.press("Sign in")
        await sam.press(f"Maya {self.mark} with Ada {self.mark}")

    async def hung_up(self) -> None:
        """Maya hangs up: nobody of a later test finds her waiting."""
        await self.maya.press("Hang up")
        await self.maya.sees("The call has ended")

    async def phase(self, name: str) -> None:
        """Both agents' pages show this phase."""
        for tab in (self.ada, self.bea):
            await tab.page.locator(f'[data-phase="{name}"]').wait_for()

    async def outcome(self, name: str) -> None:
        """Ada's page shows how it ended."""
        await self.ada.page.locator(f'[data-outcome="{name}"]').wait_for()


async def signed_in(tab: Tab, name: str) -> None:
    """Sign somebody in as an agent."""
    await tab.go("agent")
    await tab.page.get_by_label("Your name").fill(name)
    await tab.press("Sign in")
    await tab.page.get_by_test_id("state").get_by_text("available").wait_for()


async def asked_instead(tab: Tab, name: str) -> None:
    """Have somebody else asked, from an agent's page or the floor."""
    await tab.page.keyboard.press("o")
    picker = tab.page.get_by_role("group", name="Whom to ask instead")
    await picker.get_by_role("button", name=name).click()


async def called(tab: Tab, name: str) -> None:
    """Call as somebody."""
    await tab.go("caller")
    await tab.page.get_by_label("Your name").fill(name)
    await tab.page.get_by_label("What is it about?").fill("I was billed twice in October.")
    await tab.page.get_by_role("button", name="Call", exact=True).click()


async def answered(tab: Tab, mark: str) -> None:
    """Answer the call of this test."""
    waiting = tab.page.get_by_label("Waiting calls")
    row = waiting.get_by_role("listitem").filter(has_text=f"Maya {mark}")
    await row.get_by_role("button", name="Answer").click()


async def talking(open_tab: OpenTab, mark: str, **more: object) -> Cast:
    """Maya and Ada talk, and Bea is available; `more` is said of Maya's tab."""
    ada, bea = await open_tab("a"), await open_tab("b")
    maya = await open_tab("caller", **more)
    await signed_in(ada, f"Ada {mark}")
    await signed_in(bea, f"Bea {mark}")
    await called(maya, f"Maya {mark}")
    await answered(ada, mark)
    await maya.until_hears("a")
    await ada.audience("caller")
    return Cast(maya, ada, bea, mark)
