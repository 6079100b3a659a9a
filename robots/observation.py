"""What was observed in one run, as plain data: what the checker of the promises judges.

Robots and the witness fill it in a live run; a test may also write one by hand. Times are
`time.monotonic()` seconds.
"""

from dataclasses import dataclass, field

from robots.received import Received
from robots.sound import Heard


@dataclass(frozen=True)
class Cast:
    """Who was who in a transfer, by identity."""

    caller: str
    agent_a: str
    agent_b: str


@dataclass(frozen=True)
class Sight:
    """One participant as the media server lists it."""

    room: str
    identity: str
    active: bool = True
    hidden: bool = False
    may_speak: bool = True
    may_hear: bool = True
    published: bool = True
    muted: bool = False

    @property
    def is_live(self) -> bool:
        """Seen live as design.md means it: ACTIVE with a published microphone; muted counts."""
        return self.active and self.published and not self.hidden

    @property
    def is_on_air(self) -> bool:
        """What this person says now can be heard here."""
        return self.active and self.published and not self.muted and self.may_speak


@dataclass(frozen=True)
class Sample:
    """Everything the media server has, read until `at`; `dispatches` are `room agent_name`.

    Rooms are read one after the other, so two rooms of one sample are not of the same instant.
    """

    at: float
    sights: tuple[Sight, ...] = ()
    rooms: frozenset[str] = frozenset()
    dispatches: tuple[str, ...] = ()

    def of(self, identity: str) -> list[Sight]:
        return [sight for sight in self.sights if sight.identity == identity]

    def live_room(self, identity: str) -> set[str]:
        """The rooms in which this person is live."""
        return {sight.room for sight in self.of(identity) if sight.is_live}


@dataclass(frozen=True)
class State:
    """What the api said about a call or a transfer at one moment; `of` is its id.

    `responsible` is `agent_a`, `agent_b`, `host`, `nobody` of a transfer, and `kind id` of a call.
    `phase` is a transfer's phase or a call's state.
    """

    at: float
    of: str
    phase: str
    responsible: str
    outcome: str | None = None
    reason: str | None = None
    room: str | None = None

    @property
    def is_transfer(self) -> bool:
        return self.of.startswith("tr_")


@dataclass(frozen=True)
class Repeat:
    """The same request twice: what each answered, as text, status first."""

    request: str
    first: str
    second: str


@dataclass
class Observation:
    """One transfer, from the caller's first moment until some seconds after its end.

    Attributes:
        began: The caller has joined the call's first room.
        ended: The watch ended or the caller hung up, whichever came first.
        decided_at: When `complete` was asked (or `accept`, if that completes); nothing of the
            consultation may reach the caller before it. None: it never was.
        went: Who left by their own will, so that nobody removed them.
        heard: By the caller, per track, above the threshold.
        tones: Pilot tones the caller heard, in whatever track.
        received: All else that reached any client of the caller.
        after: The media server once everything has had time to settle.
        texts: Logs, metadata and exported histories by name; `canaries` must be in none of them.
    """

    cast: Cast
    room_a: str
    room_b: str
    began: float
    ended: float
    decided_at: float | None = None
    went: frozenset[str] = frozenset()
    heard: list[Heard] = field(default_factory=list)
    tones: list[Heard] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    after: Sample | None = None
    repeats: list[Repeat] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    canaries: tuple[str, ...] = ()
