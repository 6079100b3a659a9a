"""The matrix: what may happen, in each state of a transfer, and what the caller gets then.

A test says which cells it proves: `@pytest.mark.cell(Row.CALLER_HANGS_UP, State.MOVING)`, or
`@in_phases("ringing", "consulting", of=[Row.A_DROPS])`. `tests/test_matrix.py` fails where a cell
has no test, and `make prove` plays them all and writes `docs/proof.md`.
"""

from collections.abc import Iterable
from enum import StrEnum

import pytest


class State(StrEnum):
    """Where a transfer is, as far as what happens then differs."""

    PREPARING = "preparing"
    OFFERING = "offering"
    BRIEFING = "briefing"
    """And `consulting`: agent B is there and decides."""
    MOVING = "moving"
    JOINED = "joined"
    """The caller is with agent B: `introducing`, or it has ended well."""
    RETURNING = "returning"
    """And when it has ended otherwise: the caller is with agent A, or with the host."""


STATE_OF = {
    "ringing": State.OFFERING,
    "briefing": State.BRIEFING,
    "consulting": State.BRIEFING,
    "after": State.JOINED,
}
"""By the names that tests have for phases, see `tests/live/course.py`."""


class Row(StrEnum):
    """What happens."""

    CALLER_HANGS_UP = "the caller hangs up"
    CALLER_DROPS = "the caller's network drops"
    A_LEAVES = "agent A leaves on purpose"
    A_DROPS = "agent A's network drops"
    A_CANCELS = "agent A cancels"
    B_DECLINES = "agent B is busy or declines"
    B_NEVER_ANSWERS = "agent B never answers"
    B_IS_SILENT = "agent B answers and never decides"
    B_LEAVES = "agent B leaves or drops"
    TWICE = "two accepts, a double click, two agents"
    MODEL_FAILS = "the model is slow, down or talks nonsense"
    BRIEFER_DIES = "the briefer or its voice dies"
    LIVEKIT_FAILS = "LiveKit's API fails or does not answer"
    ROOM_VANISHES = "room B vanishes, the media server restarts"
    PROCESS_DIES = "the worker or the api is killed, or deployed"
    WEBHOOKS_LIE = "a webhook is lost, late or doubled"
    HOLD_LASTS = "hold lasts too long"
    B_IS_RESERVED = "agent B is reserved"
    ASKED_AGAIN = "a transfer is asked for twice, to oneself, or in a chain"


WITH_A = "the caller is with agent A again, who reads why"
ON = "it goes on where it was"
STANDS = "the first one stands, and the second changes nothing"

MATRIX: dict[Row, dict[State, str]] = {
    Row.CALLER_HANGS_UP: {
        State.PREPARING: "both end; nobody is rung, or no longer",
        State.OFFERING: "`caller_left`; the ringing ends",
        State.BRIEFING: "`caller_left`; the briefing ends, agent B is told",
        State.MOVING: "`caller_left`, or it was through already; both are told",
        State.JOINED: "the call ends, nothing is left",
        State.RETURNING: "the call ends; the outcome stays what it was",
    },
    Row.CALLER_DROPS: {
        State.PREPARING: "8 s to come back; it goes on meanwhile",
        State.OFFERING: "8 s to come back; agent B is rung on; then `caller_left`",
        State.BRIEFING: "8 s to come back; then `caller_left`",
        State.MOVING: "a fresh seat brings them into the move, else back to agent A",
        State.JOINED: "agent B waits 8 s for them; then the call ends",
        State.RETURNING: "8 s to come back, to agent A",
    },
    Row.A_LEAVES: {
        State.PREPARING: "the host has the caller; agent B is asked all the same",
        State.OFFERING: "the host has the caller; agent B's yes is enough",
        State.BRIEFING: "the host has the caller; agent B decides alone",
        State.MOVING: ON,
        State.JOINED: "as it should be: caller and agent B talk on",
        State.RETURNING: "the host has the caller, and others may answer",
    },
    Row.A_DROPS: {
        State.PREPARING: "8 s to come back, then as if she had left",
        State.OFFERING: "8 s to come back, then agent B's yes is enough",
        State.BRIEFING: "8 s to come back, then agent B decides alone",
        State.MOVING: ON,
        State.JOINED: "caller and agent B talk on",
        State.RETURNING: "8 s to come back, then the host has the caller, and others may answer",
    },
    Row.A_CANCELS: {
        State.PREPARING: WITH_A,
        State.OFFERING: WITH_A,
        State.BRIEFING: WITH_A,
        State.MOVING: "before the flip: with agent A; after it: refused as `too_late`",
        State.JOINED: "refused: it has ended",
    },
    Row.B_DECLINES: {
        State.PREPARING: "`busy` at once; the caller has stayed with agent A",
        State.OFFERING: "`declined`, or the next one is asked",
        State.BRIEFING: "`declined`, or the next one is asked; the reason is not for the caller",
        State.MOVING: "refused: a yes stands",
    },
    Row.B_NEVER_ANSWERS: {
        State.OFFERING: "`no_answer` when patience ends, or the next one is asked",
    },
    Row.B_IS_SILENT: {
        State.BRIEFING: "`timed_out` when patience ends: silence is never a yes",
    },
    Row.B_LEAVES: {
        State.OFFERING: "`agent_b_left`, or the next one is asked",
        State.BRIEFING: "8 s to come back, then `agent_b_left`, or the next one is asked",
        State.MOVING: "the caller is with agent A again, or waits with hold audio",
        State.JOINED: "introduced, agent A keeps them; later they wait with hold audio, and for "
        "60 s agent A is rung",
    },
    Row.TWICE: {
        State.PREPARING: "one transfer",
        State.OFFERING: STANDS,
        State.BRIEFING: STANDS,
        State.MOVING: STANDS,
    },
    Row.MODEL_FAILS: {
        State.PREPARING: "the ringing doesn't wait for it",
        State.OFFERING: "a briefing by rules within 8 s, marked as such",
        State.BRIEFING: "agent B is there before the briefing is, and hears it all the same",
    },
    Row.BRIEFER_DIES: {
        State.OFFERING: "another one comes",
        State.BRIEFING: "another one goes on at the sentence that was cut, or it is read",
    },
    Row.LIVEKIT_FAILS: {
        State.PREPARING: "the room is asked for again, under its name",
        State.OFFERING: ON,
        State.BRIEFING: ON,
        State.MOVING: "who is really there decides; then on, or back to agent A",
        State.JOINED: "agent A's removal is tried again",
        State.RETURNING: "giving back is tried again",
    },
    Row.ROOM_VANISHES: {
        State.PREPARING: "it is opened again",
        State.OFFERING: "it is opened again, and everybody is back",
        State.BRIEFING: "it is opened again, everybody is back, the briefing goes on",
        State.MOVING: "it is opened again and the move goes on, or the caller is with agent A",
        State.JOINED: "it is opened again, and caller and agent B are back",
        State.RETURNING: "the caller is with agent A",
    },
    Row.PROCESS_DIES: dict.fromkeys(State, "another one, or the same started again, goes on"),
    Row.WEBHOOKS_LIE: dict.fromkeys(
        [s for s in State if s is not State.PREPARING], "nothing: they are hints, rooms are watched"
    ),
    Row.HOLD_LASTS: {
        State.BRIEFING: "agents who talk are not cut off; the caller is told what goes on",
        State.MOVING: "through within patience, or back to agent A",
    },
    Row.B_IS_RESERVED: {
        State.OFFERING: "nobody else can ring agent B",
        State.JOINED: "agent A is free again, agent B is in a call",
        State.RETURNING: "agent B is free again",
    },
    Row.ASKED_AGAIN: {
        State.PREPARING: "refused, with the one that runs",
        State.JOINED: "a transfer of its own, to a third one",
    },
}
"""What each cell promises. A state that isn't named: it can't happen there."""


class Fault(StrEnum):
    """What may break, by its number in the list of faults that this product is held to."""

    F1 = "F1: a worker is killed, another one is up"
    F2 = "F2: the only worker is killed, and back after 20 s"
    F3 = "F3: a worker is asked to stop in the middle of a step"
    F4 = "F4: a worker is frozen for 30 s, and wakes up late"
    F5 = "F5: Temporal is killed and restarted"
    F6 = "F6: the database is away"
    F7 = "F7: LiveKit is killed and restarted"
    F8 = "F8: LiveKit is asked to stop"
    F9 = "F9: LiveKit's API is slow, silent, or cut after the request was sent"
    F11 = "F11: the model hangs, trickles, fails, or talks nonsense"
    F12 = "F12: what a caller says, or the model, gives orders"
    F13 = "F13: speech fails, or is slow"
    F14 = "F14: no voice process, a full one, or one that dies in the middle"
    F15 = "F15: two briefers for one briefing"
    F16 = "F16: agent B declines, never answers, says yes at the last moment, twice, or too late"
    F17 = "F17: agent B leaves or is dead, before the move and after it"
    F18 = "F18: two agents want one call at once"
    F19 = "F19: the caller leaves: while it rings, in the briefing, in the move, after it"
    F20 = "F20: the caller has no network for 3, 15 or 60 s in the move"
    F21 = "F21: the caller is there twice, or in an old tab"
    F22 = "F22: agent A comes back on an old token"
    F23 = "F23: the same request again and again"
    F24 = "F24: webhooks twice, late, out of order, lost, forged"
    F25 = "F25: LiveKit drops its webhooks"
    F26 = "F26: the api is killed before it has answered"
    F27 = "F27: an api that is cut off from Temporal"
    F28 = "F28: a client that doesn't read its events"
    F29 = "F29: clocks that differ by 90 s"
    F32 = "F32: a release that can't go on with running calls"
    F33 = "F33: texts that are huge or strange"
    F34 = "F34: a setting that is missing or wrong"
    F35 = "F35: a soak: transfers, and faults now and then"


AT_THE_DOOR = frozenset({Fault.F32, Fault.F34, Fault.F35})
"""Shown before anybody calls, or by the soak of `make prove`: no live test of a transfer."""

NOT_HERE = {
    "F10": "Redis is down: LiveKit has one node here, and the api's limits are its own",
    "F30": "a telephone is busy, wrong, or a machine: there are no telephones yet",
    "F31": "a telephone is dialled twice: there are no telephones yet",
}

Cell = tuple[Row, State] | Fault


def cells() -> list[Cell]:
    """Everything that is to be proven."""
    of_rows: list[Cell] = [(row, state) for row, states in MATRIX.items() for state in states]
    return [*of_rows, *Fault]


def proven_by(mark: pytest.Mark) -> list[Cell]:
    """What one `cell` mark names: each of its rows in each of its states, and its faults."""
    states = [one for one in mark.args if isinstance(one, State)]
    rows = [one for one in mark.args if isinstance(one, Row)]
    faults = [one for one in mark.args if isinstance(one, Fault)]
    found: list[Cell] = [*((row, state) for row in rows for state in states), *faults]
    if unknown := [one for one in found if one not in cells()]:
        raise ValueError(f"there is no such cell: {unknown}")
    return found


def in_phases(*phases: str, of: Iterable[Row | Fault]) -> pytest.MarkDecorator:
    """Play a test in these phases, as proof of those rows in the states they stand for."""
    marked = [pytest.param(one, marks=pytest.mark.cell(*of, STATE_OF[one])) for one in phases]
    return pytest.mark.parametrize("phase", marked)
