"""The checker of the promises passes a good run and names exactly the promise that a bad one broke.

The run below is the consultation of design.md, second by second; each sabotage changes one thing.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from robots.checker import broken
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


Sabotage = Callable[[Observation], None]
SABOTAGES: list[tuple[int, str, Sabotage]] = []


def sabotage(promise: int, what: str) -> Callable[[Sabotage], Sabotage]:
    def kept(change: Sabotage) -> Sabotage:
        SABOTAGES.append((promise, what, change))
        return change

    return kept


def change_samples(run: Observation, change: Callable[[Sample, Sight], Sight | None]) -> None:
    run.samples = [
        replace(one, sights=tuple(kept for sight in one.sights if (kept := change(one, sight))))
        for one in run.samples
    ]


@sabotage(1, "no hold audio while A talks with B")
def no_hold(run: Observation) -> None:
    run.heard = [one for one in run.heard if one.who != HOST or one.began < ANSWERED]


@sabotage(1, "a host that is listed and publishes nothing")
def mute_host(run: Observation) -> None:
    def silent(at: Sample, sight: Sight) -> Sight | None:
        return replace(sight, published=False) if sight.identity == HOST else sight

    change_samples(run, silent)


@sabotage(1, "silence at the very end")
def silence_at_the_end(run: Observation) -> None:
    run.heard[-1] = replace(run.heard[-1], ended=ENDED - 3.2)


@sabotage(2, "nobody is responsible during the move")
def nobody(run: Observation) -> None:
    run.states[4] = replace(run.states[4], responsible="nobody")


@sabotage(2, "two are responsible")
def two_of_them(run: Observation) -> None:
    run.states[3] = replace(run.states[3], responsible="agent_a agent_b")


@sabotage(2, "call and transfer contradict each other in the end")
def contradiction(run: Observation) -> None:
    run.states[5] = replace(run.states[5], responsible="host")


@sabotage(3, "A is removed first")
def a_first(run: Observation) -> None:
    def without(at: Sample, sight: Sight) -> Sight | None:
        return None if sight.identity == A and at.at > DECIDED else sight

    change_samples(run, without)


@sabotage(3, "A is removed although B never published")
def b_never_live(run: Observation) -> None:
    def unpublished(at: Sample, sight: Sight) -> Sight | None:
        if sight.identity == HOST and at.at >= REMOVED:
            return replace(sight, published=True)
        return replace(sight, published=False) if sight.identity == B else sight

    change_samples(run, unpublished)


@sabotage(4, "data allowed: a packet reaches the standby seat")
def data(run: Observation) -> None:
    run.received.append(Received(9, ROOM_B, "data", A, "she is about to cancel"))


@sabotage(4, "the briefer speaks text, too")
def text(run: Observation) -> None:
    run.received.append(Received(9, ROOM_B, "text", BRIEFER, "lk.transcription"))


@sabotage(4, "a name in room B")
def name(run: Observation) -> None:
    run.received.append(Received(9, ROOM_B, "name", B, "Bea from retention"))


@sabotage(4, "metadata of room B")
def metadata(run: Observation) -> None:
    run.received.append(Received(9, ROOM_B, "metadata", "", '{"reason": "cancel"}'))


@sabotage(4, "an attribute that tells something")
def attribute(run: Observation) -> None:
    run.received.append(Received(9, ROOM_B, "attribute", B, "skill=retention"))


@sabotage(4, "briefer left in: the caller hears it after the flip")
def briefer_left_in(run: Observation) -> None:
    run.heard.append(Heard(MOVED + 0.1, MOVED + 0.4, ROOM_B, BRIEFER))


@sabotage(4, "the caller hears B before the decision")
def early(run: Observation) -> None:
    run.heard.append(Heard(DECIDED - 2, DECIDED - 1.9, ROOM_B, B))


@sabotage(4, "B's second seat in room A was open, as in a mirror move gone wrong")
def early_mirror(run: Observation) -> None:
    run.heard.append(Heard(DECIDED - 2, DECIDED - 1.9, ROOM_A, B))


@sabotage(4, "what A says while she switches rooms")
def private_words(run: Observation) -> None:
    run.tones.append(Heard(CONSULTING + 0.1, CONSULTING + 0.2, ROOM_A, A, "a-private"))


@sabotage(4, "a seat that may subscribe")
def open_ears(run: Observation) -> None:
    def hearing(at: Sample, sight: Sight) -> Sight | None:
        standby = sight.room == ROOM_B and sight.identity == CALLER
        return replace(sight, may_hear=True) if standby else sight

    change_samples(run, hearing)


@sabotage(5, "the old room is left open")
def room_left(run: Observation) -> None:
    assert run.after
    run.after = replace(run.after, rooms=frozenset({ROOM_A, ROOM_B}))


@sabotage(5, "A still sits in the call's room")
def a_left(run: Observation) -> None:
    assert run.after
    run.after = replace(run.after, sights=(*run.after.sights, Sight(ROOM_B, A)))


@sabotage(5, "the briefer's dispatch is left")
def dispatch_left(run: Observation) -> None:
    assert run.after
    run.after = replace(run.after, dispatches=(f"{ROOM_B} host", f"{ROOM_B} briefer"))


@sabotage(6, "no outcome in the end")
def no_outcome(run: Observation) -> None:
    run.states[-1] = replace(run.states[-1], outcome=None)


@sabotage(6, "the transfer never ends")
def never_ends(run: Observation) -> None:
    run.states[-1] = replace(run.states[-1], phase="moving", outcome=None, reason=None)


@sabotage(6, "two outcomes")
def two_outcomes(run: Observation) -> None:
    run.states.insert(-1, replace(run.states[-1], outcome="cancelled"))


@sabotage(6, "an outcome without a reason")
def no_reason(run: Observation) -> None:
    run.states[-1] = replace(run.states[-1], reason="")


@sabotage(6, "an outcome that nobody agreed on")
def unknown_outcome(run: Observation) -> None:
    run.states[-1] = replace(run.states[-1], outcome="done")


@sabotage(7, "the second complete starts something new")
def repeat_differs(run: Observation) -> None:
    run.repeats.append(Repeat("complete", "200 tr_1", "200 tr_2"))


@sabotage(8, "a transcript in a log")
def in_the_log(run: Observation) -> None:
    run.texts["worker.log"] = "said: my card is 4242-CANARY"


@sabotage(9, "A is live in both rooms")
def live_twice(run: Observation) -> None:
    def unfenced(at: Sample, sight: Sight) -> Sight | None:
        if sight.identity == A and sight.room == ROOM_A and at.at < CONSULTING + 0.3:
            return replace(sight, may_speak=True, published=True)
        return sight

    change_samples(run, unfenced)


def test_a_good_run_breaks_no_promise() -> None:
    assert broken(good()) == []


@pytest.mark.parametrize(
    ("promise", "change"),
    [pytest.param(one[0], one[2], id=f"{one[0]}: {one[1]}") for one in SABOTAGES],
)
def test_a_sabotage_is_found_and_names_its_promise(promise: int, change: Sabotage) -> None:
    run = good()
    change(run)
    found = broken(run)
    assert found
    assert {one.promise for one in found} == {promise}
    assert all(str(one).startswith(f"promise {promise} is broken: ") for one in found)


def test_every_promise_has_a_sabotage() -> None:
    assert {promise for promise, _, _ in SABOTAGES} == set(range(1, 10))


def test_an_agent_who_leaves_by_her_own_will_was_not_removed() -> None:
    run = good()
    a_first(run)
    run.went = frozenset({A})
    assert broken(run) == []


def test_a_transfer_that_was_cancelled_leaves_the_caller_with_agent_a_and_nothing_else() -> None:
    run = good()
    run.decided_at = None
    run.samples = [sample(tenth / 10) for tenth in range(40)]
    run.ended = 4
    run.heard = run.heard[:2]
    run.received = []
    run.states = [
        State(ANSWERED, "call_1", "talking", f"agent {A}", room=ROOM_A),
        State(3, "tr_1", "ended", "agent_a", "cancelled", "Ada cancelled the transfer."),
    ]
    assert run.after
    people = (Sight(ROOM_A, CALLER), Sight(ROOM_A, A), Sight(ROOM_A, HOST))
    run.after = replace(run.after, sights=people, rooms=frozenset({ROOM_A}), dispatches=())
    assert broken(run) == []
    run.after = replace(run.after, rooms=frozenset({ROOM_A, ROOM_B}))
    assert [one.promise for one in broken(run)] == [5]
