"""The checker of the promises passes a good run and names exactly the promise that a bad one broke.

Each sabotage changes one thing in the run of `good_run.py`.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from robots.checker import broken
from robots.observation import Observation, Repeat, Sample, Sight, State
from robots.received import Received
from robots.sound import Heard
from tests.good_run import (
    ANSWERED,
    BRIEFER,
    CALLER,
    CONSULTING,
    DECIDED,
    ENDED,
    HOST,
    MOVED,
    REMOVED,
    ROOM_A,
    ROOM_B,
    A,
    B,
    good,
    sample,
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


@sabotage(2, "a call that is with nobody while its people talk")
def with_nobody(run: Observation) -> None:
    run.states[0] = replace(run.states[0], responsible="nobody")


@sabotage(2, "a call with an agent, and nobody knows which")
def with_some_agent(run: Observation) -> None:
    run.states[0] = replace(run.states[0], responsible="agent")


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


def test_one_sample_that_read_a_room_before_and_one_after_she_moved_proves_nothing() -> None:
    run = good()

    def read_too_early(at: Sample, sight: Sight) -> Sight | None:
        if sight.identity == A and sight.room == ROOM_A and at.at == CONSULTING:
            return replace(sight, may_speak=True, published=True)
        return sight

    change_samples(run, read_too_early)
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
