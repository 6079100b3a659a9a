"""The checker of the promises of design.md: what was observed in, broken promises out.

Each promise is one function that yields a sentence per breach. A promise of which nothing was
observed can't be judged and yields nothing: repeats (7) and what logs and histories say (8) are
observed by the tests that are about them, all else by every live run.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from robots.observation import Cast, Observation, Sample, State
from robots.sound import Span, joined

SILENCE_S = 3.0
# Views of the api and samples of the media server are not taken at the same instant.
SETTLED_S = 1.5
OUTCOMES = frozenset(
    {
        "completed",
        "declined",
        "no_answer",
        "busy",
        "machine",
        "timed_out",
        "cancelled",
        "caller_left",
        "agent_b_left",
        "failed",
    }
)
RESPONSIBLE = frozenset({"agent_a", "agent_b", "host", "nobody"})
PRIVATE = "-private"
# Attributes of our voice agents that say nothing of the call: theirs, and livekit-agents' own.
OPAQUE_ATTRIBUTES = ("act=", "attempt=", "hold=", "lk.agent")
MESSAGES = frozenset({"data", "text", "bytes", "transcription", "metadata", "sound"})


@dataclass(frozen=True)
class Broken:
    """A broken promise: its number in design.md and what was seen."""

    promise: int
    seen: str

    def __str__(self) -> str:
        return f"promise {self.promise} is broken: {self.seen}"


def broken(observed: Observation) -> list[Broken]:
    """Every breach of every promise, in the order of the promises."""
    return [
        Broken(number, seen) for number, promise in PROMISES.items() for seen in promise(observed)
    ]


def never_in_silence(observed: Observation) -> Iterator[str]:
    """1: never more than 3 s of silence, and never alone without hold audio."""
    for silence in silences(observed):
        if silence.lasts_s > SILENCE_S:
            at = silence.began - observed.began
            yield f"the caller heard nothing for {silence.lasts_s:.1f} s from {at:.1f} s on"
    yield from _alone(observed)


def silences(observed: Observation) -> Iterator[Span]:
    """Each stretch in which the caller heard nobody and no hold audio."""
    heard = [one for one in observed.heard if one.ended > observed.began]
    edges = [Span(0, observed.began), Span(observed.ended, float("inf"))]
    for before, after in pairwise(joined([*heard, *edges])):
        yield Span(before.ended, after.began)


def _alone(observed: Observation) -> Iterator[str]:
    since: float | None = None
    for sample in observed.samples:
        if not observed.began <= sample.at <= observed.ended:
            continue
        if not _is_alone(sample, observed.cast.caller):
            since = None
            continue
        since = sample.at if since is None else since
        if sample.at - since > SILENCE_S:
            yield f"the caller was alone without hold audio for more than {SILENCE_S:g} s"
            return


def _is_alone(sample: Sample, caller: str) -> bool:
    rooms = {sight.room for sight in sample.of(caller) if sight.active and not sight.hidden}
    company = [
        sight
        for sight in sample.sights
        if sight.room in rooms and sight.is_live and sight.identity != caller
    ]
    return bool(rooms) and not company


def one_is_responsible(observed: Observation) -> Iterator[str]:
    """2: at every moment exactly one party is responsible, and the api says who."""
    calls = [state for state in observed.states if not state.is_transfer]
    transfers = [state for state in observed.states if state.is_transfer]
    # Without a caller there is nobody to be responsible for.
    caller_left = bool(transfers) and transfers[-1].outcome == "caller_left"
    for state in transfers:
        after_all = caller_left and state.phase in ("returning", "ended")
        over = after_all or state.at > observed.ended
        if state.responsible not in RESPONSIBLE:
            yield f"a transfer named {state.responsible!r} responsible"
        elif state.responsible == "nobody" and not over:
            yield f"nobody was responsible in {state.phase}"
    for state in calls:
        over = state.phase == "ended" or state.at > observed.ended
        if not over and not _is_somebody(state.responsible):
            yield f"a call that is {state.phase} named {state.responsible!r} responsible"
    yield from _contradiction(observed, calls, transfers)


def _is_somebody(named: str) -> bool:
    kind, _, who = named.partition(" ")
    return kind == "host" or (kind == "agent" and bool(who))


def _contradiction(
    observed: Observation, calls: list[State], transfers: list[State]
) -> Iterator[str]:
    """Once both have been told and nothing changed for a while, both views name the same."""
    if not calls or not transfers:
        return
    call, transfer = calls[-1], transfers[-1]
    ids = {"agent_a": observed.cast.agent_a, "agent_b": observed.cast.agent_b}
    named = ids.get(transfer.responsible, transfer.responsible)
    settled = observed.ended - max(call.at, transfer.at) > SETTLED_S
    # A call that changed long after its transfer has moved on: somebody else answered it.
    speaks_of_it = call.phase != "ended" and call.at - transfer.at < SETTLED_S
    if settled and speaks_of_it and named not in call.responsible:
        yield f"the call named {call.responsible!r} while its transfer named {named!r}"


def agent_a_stays_until_both_are_live(observed: Observation) -> Iterator[str]:
    """3: Agent A is removed only after caller and B are both seen live in the same room."""
    cast, together = observed.cast, False
    if cast.agent_a in observed.went:
        return
    was_there = False
    for sample, following in pairwise(observed.samples):
        if sample.at > observed.ended:
            return
        # A sample reads room after room: the next one tells what was true when it read the last.
        together = together or _together(sample, cast) or _together(following, cast)
        here = any(sight.room == observed.room_a for sight in sample.of(cast.agent_a))
        if was_there and not here and not together:
            at = sample.at - observed.began
            yield f"A was out of the caller's room at {at:.1f} s, caller and B not yet together"
            return
        was_there = was_there or here


def _together(sample: Sample, cast: Cast) -> bool:
    return bool(sample.live_room(cast.caller) & sample.live_room(cast.agent_b))


def nothing_of_the_consultation(observed: Observation) -> Iterator[str]:
    """4: the caller receives no audio, text, data, name or metadata of the consultation."""
    decided = observed.decided_at if observed.decided_at is not None else float("inf")
    for heard in observed.heard:
        if heard.who.startswith("briefer"):
            yield f"the caller heard the briefer for {heard.lasts_s:.2f} s"
        elif heard.began < decided and (
            heard.room == observed.room_b or heard.who == observed.cast.agent_b
        ):
            yield f"the caller heard {heard.who} {decided - heard.began:.2f} s before the decision"
    for tone in observed.tones:
        if tone.began < decided and tone.tone.endswith(PRIVATE):
            yield f"the caller heard what A says in private for {tone.lasts_s:.2f} s"
    yield from _messages(observed, decided)
    yield from _open_ears(observed, decided)


def _messages(observed: Observation, decided: float) -> Iterator[str]:
    for one in observed.received:
        if one.room != observed.room_b or one.at >= decided:
            continue
        names = one.kind == "name" and one.what != one.who
        tells = one.kind == "attribute" and not one.what.startswith(OPAQUE_ATTRIBUTES)
        if one.kind in MESSAGES or names or tells:
            yield f"the caller received {one.kind} {one.what!r} of room B from {one.who or 'it'}"


def _open_ears(observed: Observation, decided: float) -> Iterator[str]:
    for sample in observed.samples:
        if sample.at >= decided:
            return
        for sight in sample.of(observed.cast.caller):
            if sight.room == observed.room_b and (sight.may_hear or sight.may_speak):
                yield "the caller's standby seat may hear or speak before the decision"
                return


def nothing_is_left(observed: Observation) -> Iterator[str]:
    """5: no room, person, host or dispatch outlives its transfer."""
    if not observed.after:
        return
    last = [state for state in observed.states if not state.is_transfer][-1:]
    kept = last[0].room if last and last[0].phase != "ended" else None
    mine = {observed.room_a, observed.room_b}
    for room in sorted((mine & observed.after.rooms) - {kept}):
        yield f"room {'A' if room == observed.room_a else 'B'} is still there"
    for sight in observed.after.sights:
        if sight.room == kept and not _belongs(sight.identity, observed, last[0]):
            yield f"{sight.identity} is still in the call's room"
    for dispatch in observed.after.dispatches:
        room, _, agent = dispatch.partition(" ")
        if room in mine and (room != kept or agent != "host"):
            yield f"a dispatch of {agent} is still there"


def _belongs(identity: str, observed: Observation, call: State) -> bool:
    cast = observed.cast
    agents = {cast.agent_a, cast.agent_b}
    now_theirs = {one for one in agents if one in call.responsible} or agents
    return identity == cast.caller or identity.startswith("host") or identity in now_theirs


def one_outcome(observed: Observation) -> Iterator[str]:
    """6: exactly one outcome, with a reason a person understands."""
    transfers = [state for state in observed.states if state.is_transfer]
    if not transfers:
        return
    for state in transfers:
        if (state.phase == "ended") != (state.outcome is not None):
            yield f"the outcome was {state.outcome!r} in phase {state.phase}"
    outcomes = sorted({state.outcome for state in transfers if state.outcome})
    last = transfers[-1]
    if len(outcomes) > 1:
        yield f"there was more than one outcome: {', '.join(outcomes)}"
    elif not outcomes:
        yield f"the transfer never ended; it is {last.phase}"
    elif outcomes[0] not in OUTCOMES:
        yield f"the outcome {outcomes[0]!r} is none of those agreed"
    elif " " not in (last.reason or "").strip():
        yield f"the outcome {outcomes[0]} came without words a person understands"


def repeats_change_nothing(observed: Observation) -> Iterator[str]:
    """7: the same request twice changes nothing the second time."""
    for repeat in observed.repeats:
        if repeat.first != repeat.second:
            yield f"{repeat.request} twice answered {repeat.first!r}, then {repeat.second!r}"


def nothing_private_is_readable(observed: Observation) -> Iterator[str]:
    """8: no token, number or transcript in logs, metadata or history."""
    for name, text in observed.texts.items():
        for canary in observed.canaries:
            if canary in text:
                yield f"{canary!r} is readable in {name}"


def agent_a_is_on_air_once(observed: Observation) -> Iterator[str]:
    """9: Agent A is live in at most one room at any instant."""
    for sample, following in pairwise(observed.samples):
        # Twice in a row: one sample reads room after room, and she may have moved in between.
        rooms = _on_air(sample, observed.cast.agent_a) & _on_air(following, observed.cast.agent_a)
        if len(rooms) > 1:
            at = sample.at - observed.began
            yield f"A was live in {len(rooms)} rooms at {at:.1f} s"
            return


def _on_air(sample: Sample, identity: str) -> set[str]:
    return {sight.room for sight in sample.of(identity) if sight.is_on_air}


PROMISES: dict[int, Callable[[Observation], Iterator[str]]] = {
    1: never_in_silence,
    2: one_is_responsible,
    3: agent_a_stays_until_both_are_live,
    4: nothing_of_the_consultation,
    5: nothing_is_left,
    6: one_outcome,
    7: repeats_change_nothing,
    8: nothing_private_is_readable,
    9: agent_a_is_on_air_once,
}
