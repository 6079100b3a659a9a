"""A consultation as design.md has it, second by second, as robots and the witness would see it."""

from dataclasses import replace

from robots.observation import Cast, Observation, Repeat, Sample, Sight, State
from robots.received import Received
from robots.sound import Heard

CALLER, A, B = "caller_1", "agt_a", "agt_b"
HOST, BRIEFER = "host-j1", "briefer-j2"
ROOM_A, ROOM_B = "room-a", "room-b"

ANSWERED, OFFERED, CONSULTING, DECIDED, MOVED, REMOVED, ENDED = (
    2.0,
    5.0,
    8.0,
    12.0,
    12.3,
    12.6,
    18.0,
)


def sights(at: float) -> tuple[Sight, ...]:
    seen = [Sight(ROOM_A, HOST, published=at < ANSWERED or CONSULTING <= at < REMOVED)]
    if at < MOVED:
        seen.append(Sight(ROOM_A, CALLER))
    if ANSWERED <= at < REMOVED:
        fenced = at >= CONSULTING
        rights = {"may_speak": not fenced, "may_hear": not fenced, "published": not fenced}
        seen.append(Sight(ROOM_A, A, **rights))
    if at >= OFFERED:
        seen.append(Sight(ROOM_B, B))
        open_ = at >= MOVED
        standby = {"hidden": not open_, "may_speak": open_, "may_hear": open_, "published": open_}
        seen.append(Sight(ROOM_B, CALLER, **standby))
    if OFFERED <= at < DECIDED:
        seen.append(Sight(ROOM_B, BRIEFER, may_hear=False))
    if CONSULTING <= at < REMOVED:
        seen.append(Sight(ROOM_B, A))
    if at >= REMOVED:
        seen = [replace(one, room=ROOM_B) if one.identity == HOST else one for one in seen]
    return tuple(seen)


def sample(at: float) -> Sample:
    there = sights(at)
    return Sample(at, there, frozenset(one.room for one in there))


def good() -> Observation:
    call = "call_1"
    return Observation(
        cast=Cast(CALLER, A, B),
        room_a=ROOM_A,
        room_b=ROOM_B,
        began=0,
        ended=ENDED,
        decided_at=DECIDED,
        heard=[
            Heard(0.8, ANSWERED, ROOM_A, HOST),
            Heard(ANSWERED + 0.2, CONSULTING, ROOM_A, A),
            Heard(CONSULTING + 0.3, MOVED + 0.2, ROOM_A, HOST),
            Heard(MOVED + 0.1, ENDED, ROOM_B, B),
        ],
        tones=[Heard(ANSWERED + 0.2, CONSULTING, ROOM_A, A, "a")],
        received=[
            Received(OFFERED, ROOM_B, "person", B, ""),
            Received(OFFERED, ROOM_B, "name", B, B),
            Received(OFFERED, ROOM_B, "attribute", BRIEFER, "attempt=1"),
            Received(OFFERED, ROOM_B, "track", B, "TR_1"),
            Received(MOVED, ROOM_B, "sound", B, "TR_1"),
        ],
        samples=[sample(tenth / 10) for tenth in range(int(ENDED * 10))],
        states=[
            State(0, call, "waiting", "host", room=ROOM_A),
            State(ANSWERED, call, "talking", f"agent {A}", room=ROOM_A),
            State(OFFERED, "tr_1", "offering", "agent_a"),
            State(CONSULTING, "tr_1", "consulting", "host"),
            State(DECIDED, "tr_1", "moving", "host"),
            State(MOVED, call, "talking", f"agent {B}", room=ROOM_B),
            State(REMOVED, "tr_1", "ended", "agent_b", "completed", "Bea has taken over."),
        ],
        after=Sample(
            ENDED + 5,
            (Sight(ROOM_B, CALLER), Sight(ROOM_B, B), Sight(ROOM_B, HOST)),
            frozenset({ROOM_B}),
            (f"{ROOM_B} host",),
        ),
        repeats=[Repeat("accept", '200 {"accepted": true}', '200 {"accepted": true}')],
        texts={"api.log": "request done"},
        canaries=("4242-CANARY",),
    )
