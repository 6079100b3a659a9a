"""The words people read and hear: timelines, outcomes, and what a caller is told."""

from domain.journal import Event
from domain.phases import Cause, Outcome, Phase, Responsible
from domain.voice import Wait

TIMELINE: dict[Event, str] = {
    Event.CALL_OPENED: "{caller} called.",
    Event.CALL_ANSWERED: "{actor} answered.",
    Event.CALL_TALKING: "{actor} and {caller} are talking.",
    Event.CALL_WAITING: "{caller} is waiting with hold audio.",
    Event.CALL_ENDED: "The call has ended.",
    Event.PEOPLE_CHANGED: "Somebody came or went.",
    Event.TAKE_BACK_ASKED: "{actor} takes {caller} back.",
    Event.TAKEN_BACK: "{actor} has {caller} again.",
    Event.TAKE_BACK_LAPSED: "{actor} didn't come to take {caller} back.",
    Event.REQUESTED: "{agent_a} asked {agent_b} to take over.",
    Event.REDIRECT_ASKED: "{actor} wants somebody else to be asked.",
    Event.NEXT_ASKED: "{agent_b} is next.",
    Event.OFFERED: "{agent_b} is being asked.",
    Event.BRIEFING_WRITTEN: "The briefing is ready.",
    Event.BRIEFING_STARTED: "{agent_b} is being briefed.",
    Event.BRIEFING_SPOKEN: "The briefing was spoken.",
    Event.BRIEFING_SILENT: "The briefing can't be spoken; it can be read.",
    Event.AGENT_B_ARRIVED: "{agent_b} is there.",
    Event.ACCEPTED: "{actor} accepted.",
    Event.DECLINED: "{actor} declined.",
    Event.HOLD_STARTED: "{caller} hears hold audio.",
    Event.HOLD_MISSING: "There is no hold audio, so {agent_a} stays with {caller}.",
    Event.CONSULT_STARTED: "{agent_a} and {agent_b} talk in private.",
    Event.CONSULT_ENDED: "{agent_a} is back with {caller}.",
    Event.PATIENCE_SHORT: "Time is running out.",
    Event.COMPLETE_ASKED: "{actor} hands {caller} over.",
    Event.CANCEL_ASKED: "{actor} cancelled.",
    Event.BACK_ASKED: "{actor} goes back to {caller}.",
    Event.LEAVE_ASKED: "{actor} leaves the introduction.",
    Event.SIGNAL_IGNORED: "{actor} sent a signal that was ignored: it may not decide, or not now.",
    Event.MOVING: "{caller} is being moved to {agent_b}.",
    Event.MOVED: "{caller} and {agent_b} are together.",
    Event.MOVE_UNDONE: "The move didn't work in time and was undone.",
    Event.AGENT_A_REMOVED: "{agent_a} has left the rooms.",
    Event.INTRODUCING: "{agent_a} introduces {caller} and {agent_b}.",
    Event.ARRIVED: "{caller}'s client reports its arrival.",
    Event.RETURNING: "{caller} goes back to {agent_a}.",
    Event.SEAT_OFFERED: "{actor} is asked to take a seat.",
    Event.ENDED: "The transfer has ended: {outcome}.",
    Event.ROOM_SWEPT: "A room that nobody owned any more was closed.",
    Event.CALL_SWEPT: "The call was cut off from outside, and is over.",
    Event.TRANSFER_SWEPT: "The transfer was cut off from outside, and is over.",
}

OUTCOME: dict[Outcome, str] = {
    Outcome.COMPLETED: "{agent_b} took over from {agent_a}.",
    Outcome.DECLINED: "{agent_b} declined.",
    Outcome.NO_ANSWER: "{agent_b} didn't answer in time.",
    Outcome.BUSY: "{agent_b} is busy.",
    Outcome.MACHINE: "A machine answered.",
    Outcome.TIMED_OUT: "{agent_b} didn't decide in time.",
    Outcome.CANCELLED: "{actor} cancelled the transfer.",
    Outcome.CALLER_LEFT: "{caller} left.",
    Outcome.AGENT_B_LEFT: "{agent_b} left before {agent_a} had handed {caller} over.",
    Outcome.FAILED: "{caller} couldn't be moved, and stays where they were.",
}

CAUSE: dict[Cause, str] = {
    Cause.ROOM_MISSING: "No room could be opened for {agent_b}. {caller} stays where they were.",
    Cause.RECORD_AWAY: "{agent_b} couldn't be asked: the record is away. {caller} stays where they "
    "were.",
    Cause.MEDIA_AWAY: "The media server didn't answer. {caller} stays where they were.",
    Cause.FENCE_IGNORED: "{agent_a} couldn't be silenced in the room she was to leave, so the "
    "transfer was stopped. {caller} stays where they were.",
    Cause.VOICE_STAYED: "The spoken briefing couldn't be stopped, so {caller} was not let in to "
    "hear it, and stays where they were.",
    Cause.MOVE_LATE: "{caller} couldn't be moved in time, and stays where they were.",
    Cause.REFUSED: "A step of the transfer was refused. {caller} stays where they were.",
    Cause.ABANDONED: "The transfer was cut off from outside before it could end.",
}
"""What people read instead of the one sentence for `failed`, where the cause is known."""

WITH_SOMEBODY: dict[Phase, str] = {
    Phase.PREPARING: "A colleague is being asked to join.",
    Phase.OFFERING: "A colleague is being asked to join.",
    Phase.BRIEFING: "Your agent's colleague is being told about your case.",
    Phase.CONSULTING: "Your agent is talking with a colleague. Please hold, we are still with you.",
    Phase.MOVING: "You are being connected.",
    Phase.INTRODUCING: "You are connected with your new agent.",
    Phase.RETURNING: "You are going back to your agent.",
    Phase.ENDED: "You are with your agent.",
}
_ASKED = "Your agent was cut off. You are still connected; a colleague is being asked."
_ALONE = "You are still connected. Somebody will be with you as soon as possible."
WITH_HOST: dict[Phase, str] = {
    Phase.PREPARING: _ASKED,
    Phase.OFFERING: _ASKED,
    Phase.BRIEFING: "Your agent was cut off. A colleague is being told about your case.",
    Phase.CONSULTING: "Your agent was cut off. A colleague is being told about your case.",
    Phase.MOVING: "You are being connected.",
    Phase.INTRODUCING: "You are connected with your new agent.",
    Phase.RETURNING: _ALONE,
    Phase.ENDED: _ALONE,
}
ON_HOLD: dict[Wait, str] = {
    Wait.UNANSWERED: _ALONE,
    Wait.AGENT_LOST: (
        "We can't hear your agent at the moment. You are still connected, "
        "and somebody will be with you as soon as possible."
    ),
    Wait.AGENTS_TALK: (
        "Your agent is talking with a colleague about your case. "
        "Please hold the line, we are with you."
    ),
}
"""Spoken over the hold music: each is true of whoever hears it, for as long as they hear it."""


def for_caller(phase: Phase, responsible: Responsible) -> str:
    """Tell a caller what happens; never why a transfer failed: that is between the agents."""
    alone = responsible is Responsible.HOST
    return (WITH_HOST if alone else WITH_SOMEBODY)[phase]
