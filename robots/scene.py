"""A caller and two agents on one stage, and everything that is observed while they play."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Self

from robots.agent import Agent
from robots.caller import Caller
from robots.checker import Broken, nothing_is_left
from robots.observation import Cast, Observation, Sample, State
from robots.person import Person
from robots.place import Place
from robots.sound import Span
from robots.views import Call, Transfer, Who
from robots.voice import Voice
from robots.waiting import Late, until
from robots.watcher import watch
from robots.witness import Witness

SETTLE_WITHIN_S = 10.0


@dataclass(frozen=True)
class Stage:
    """Where the product is; without LiveKit's secret nobody can witness rooms."""

    url: str
    livekit_url: str = ""
    livekit_key: str = ""
    livekit_secret: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Stage":
        """Read `WARM_TRANSFER_URL` and LiveKit's own names."""
        return cls(
            environment.get("WARM_TRANSFER_URL", "http://127.0.0.1:8000"),
            environment.get("LIVEKIT_URL", ""),
            environment.get("LIVEKIT_API_KEY", ""),
            environment.get("LIVEKIT_API_SECRET", ""),
        )

    @property
    def has_witness(self) -> bool:
        return bool(self.livekit_url and self.livekit_key and self.livekit_secret)


class Scene:
    """`async with Scene(stage) as scene:` then `talking()`; names are fresh, so runs never meet."""

    def __init__(self, stage: Stage, *, follows: bool = True, pilot: float = 0.1) -> None:
        mark = self._mark = secrets.token_hex(2)
        self.stage = stage
        self.caller = Caller(
            stage.url, f"Maya {mark}", voice=Voice("caller", level=pilot), follows=follows
        )
        self.a = Agent(
            stage.url,
            f"Ada {mark}",
            Voice("a", level=pilot, accent="en-gb"),
            private_tone="a-private",
        )
        self.b = Agent(stage.url, f"Bea {mark}", Voice("b", level=pilot, accent="en-gb-scotland"))
        self.others: list[Agent] = []
        self._cast: tuple[Person, ...] = self.people
        self.witness: Witness | None = None
        self.watcher: Place | None = None
        self.call_id = ""
        self.transfer_id = ""
        self.began = 0.0
        self.asked_at = 0.0
        self.decided_at: float | None = None
        self.went: set[str] = set()
        self._exits = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for person in self.people:
            await self._exits.enter_async_context(person)
        if self.stage.has_witness:
            stage = self.stage
            witness = Witness(stage.livekit_url, stage.livekit_key, stage.livekit_secret)
            self.witness = await self._exits.enter_async_context(witness)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.unwatched()
        await self._exits.aclose()

    @property
    def people(self) -> tuple[Person, Person, Person]:
        return self.caller, self.a, self.b

    @property
    def everybody(self) -> tuple[Person, ...]:
        """Whoever has played, an agent B who was asked in vain too."""
        return *self._cast, *self.others

    @property
    def room_a(self) -> str:
        """The room of the call before its transfer."""
        return self.transfer.rooms.a or self.caller.home if self.transfer_id else self.caller.home

    @property
    def room_b(self) -> str:
        return (self.transfer.rooms.b or "") if self.transfer_id else ""

    @property
    def transfer(self) -> Transfer:
        """The transfer as A was last told."""
        return self.a.transfers[self.transfer_id]

    @property
    def outcome(self) -> str | None:
        """As A was told; as B was, where A can't be told any more."""
        told = (agent.transfers.get(self.transfer_id) for agent in (self.a, self.b))
        return next((one.outcome for one in told if one and one.outcome), None)

    async def ringing(self, about: str = "my bill") -> str:
        """The agents are there; the caller has called and hears hold audio. The call's id."""
        await asyncio.gather(self.a.sign_in(), self.b.sign_in())
        self.call_id = (await self.caller.start(about)).id
        self.began = self.caller.places[self.caller.home].permissions[0][0]
        await self.caller.until_hears("host")
        return self.call_id

    async def talking(self, about: str = "my bill") -> str:
        """And A has answered: caller and A hear each other; the call's id."""
        await self.ringing(about)
        await self.a.answer(self.call_id)
        await self.together(self.a)
        return self.call_id

    async def colleague(self) -> Agent:
        """One more agent, who may be asked as well."""
        cem = Agent(self.stage.url, f"Cem {self._mark}", Voice("c", level=self.caller.voice.level))
        await self._exits.enter_async_context(cem)
        cem.api.patience_s = self.a.api.patience_s
        await cem.sign_in()
        self.others.append(cem)
        return cem

    async def turned_to(self, agent: Agent, within_s: float = 10) -> None:
        """Another agent is asked instead of B, and is B from now on."""
        self.b = agent
        await agent.until_offered(within_s)

    async def watched(self) -> bool:
        """Put a hidden measuring robot into the caller's room, if LiveKit's secret is known."""
        if self.stage.has_witness:
            stage = self.stage
            self.watcher = await watch(
                self.caller.home, stage.livekit_url, stage.livekit_key, stage.livekit_secret
            )
        return self.watcher is not None

    async def unwatched(self) -> None:
        """Take the measuring robot out; what it heard stays."""
        if self.watcher:
            await self.watcher.leave()
            await self.watcher.ears.close()

    async def offering(self, **more: object) -> str:
        """A asks for a transfer to B and B's phone rings; the transfer's id."""
        self.asked_at = time.monotonic()
        transfer = await self.a.transfer(self.call_id, self.b.id, **more)  # type: ignore[arg-type]
        self.transfer_id = transfer.id
        if more.get("completes") == "on_accept":
            self.decided_at = float("inf")
        await self.b.until_offered()
        return transfer.id

    async def briefed(self) -> None:
        """B answers and hears the first word of the briefing."""
        await self.b.take_offer(self.transfer_id)
        await self.b.until_hears("briefer")

    async def accepted(self) -> None:
        """B says yes."""
        if self.decided_at == float("inf"):
            self.decided_at = time.monotonic()
        await self.b.accept(self.transfer_id)

    async def consulting(self) -> None:
        """A goes to talk with B: they hear each other and the caller hears hold audio."""
        await self.a.consult(self.transfer_id)
        await asyncio.gather(
            self.a.until_hears(self.b.id, room=self.room_b),
            self.b.until_hears(self.a.id),
            self.caller.until_hears("host"),
        )

    async def decided(self, *, introduce: bool = False) -> float:
        """A asks to complete; returns when: from then on the caller may hear room B."""
        self.decided_at = time.monotonic()
        await self.a.complete(self.transfer_id, introduce=introduce)
        return self.decided_at

    async def completed(self) -> float:
        """A completes, and caller and B hear each other; returns when it was asked."""
        decided_at = await self.decided()
        await self.together()
        return decided_at

    async def ended(self) -> Transfer:
        """The transfer has ended, as A was told."""
        return await self.a.until_phase(self.transfer_id, "ended")

    async def together(self, agent: Agent | None = None) -> None:
        """Caller and B hear each other; or the caller and this agent."""
        agent = agent or self.b
        await asyncio.gather(self.caller.until_hears(agent.id), agent.until_hears(self.caller.id))

    async def said(self, person: Person, text: str) -> None:
        """Somebody of the call types a turn and says it, to the end."""
        await person.api.say(self.call_id, text)
        await person.voice.say(text)
        await until(lambda: not person.voice.is_talking, 30, f"{person.name} to finish")

    async def passing(self, seconds: float) -> Span:
        """Let time pass while they talk; the window that passed."""
        began = time.monotonic()
        await asyncio.sleep(seconds)
        return Span(began, began + seconds)

    def states(self, *agents: Agent) -> list[State]:
        """What these agents (by default both) were told of call and transfer, in order."""
        told = [
            _state(one.at, one.view)
            for agent in agents or (self.a, self.b)
            for one in agent.told
            if isinstance(one.view, Call | Transfer)
            and one.view.id in (self.call_id, self.transfer_id)
        ]
        return sorted((one for one in told if one), key=lambda one: one.at)

    async def observation(self, **more: object) -> Observation:
        """All that was observed until now; waits until nothing is left behind, or 10 s."""
        await self.unwatched()
        observed = Observation(
            cast=Cast(self.caller.id, self.a.id, self.b.id),
            room_a=self.room_a,
            room_b=self.room_b,
            began=self.began,
            ended=time.monotonic() - 0.5,
            decided_at=self.decided_at,
            went=frozenset(self.went),
            received=list(self.caller.ears.received),
            samples=list(self.witness.samples) if self.witness else [],
        )
        observed.after = await self.settled(observed)
        observed.states = self.states()
        # Numbers last: they keep the event loop busy, and nothing is measured any more.
        observed.heard = self.caller.ears.heard()
        observed.tones = self.caller.ears.tones()
        return replace(observed, **more)  # type: ignore[arg-type]

    async def left_behind(self, observed: Observation) -> list[Broken]:
        """Once the caller has hung up: what is still there although now nothing may be."""

        def over() -> bool:
            return any(one.phase == "ended" for one in self.states() if not one.is_transfer)

        await until(over, 10, "the agents to be told that the call has ended")
        observed.after = await self.settled(observed)
        if self.witness and not observed.after:
            return [Broken(5, "what is left could not be seen: LiveKit did not answer")]
        return [Broken(5, seen) for seen in nothing_is_left(observed)]

    async def settled(self, observed: Observation) -> Sample | None:
        """The media server's state once nothing is left behind, or after 10 s whatever is."""
        if not self.witness:
            return None
        witness = self.witness

        async def clean() -> Sample | None:
            seen = await witness.glance(dispatches=True)
            observed.after, observed.states = seen or observed.after, self.states()
            return None if seen is None or list(nothing_is_left(observed)) else observed.after

        try:
            return await until(clean, SETTLE_WITHIN_S, "everything to be cleared away", 0.25)
        except Late:
            return observed.after


def _state(at: float, view: Call | Transfer) -> State | None:
    if isinstance(view, Transfer):
        if not view.responsible:
            return None
        return State(at, view.id, view.phase, view.responsible, view.outcome, view.reason)
    who = view.responsible
    named = f"{who.kind} {who.id or ''}".strip() if isinstance(who, Who) else (who or "")
    return State(at, view.id, view.state, named, room=view.room)
