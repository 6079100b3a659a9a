"""Transfers as agents see them, put together from what the tables know."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.people import OPERATIONS, Names, names
from adapters.sql.tables import attempts, briefings, calls, entries, reasons
from domain.journal import Event, Move, TransferState
from domain.orders import Patience
from domain.phases import Decision, Outcome, Phase
from domain.sentences import CAUSE, OUTCOME
from domain.views import (
    AttemptView,
    BriefingView,
    GapView,
    MoveView,
    RoomsView,
    Target,
    TimelineLine,
    TransferView,
)

UNTOLD = (Event.PEOPLE_CHANGED, Event.SEAT_OFFERED)
"""Entries that a timeline leaves out: they matter to clients, not to readers."""
TAKE_BACK = Patience().take_back
GIVES_REASON = {Outcome.DECLINED: Decision.DECLINE, Outcome.CANCELLED: Decision.CANCEL}


@dataclass(frozen=True)
class _Beside:
    """Rows of other tables, by transfer."""

    names: Names
    callers: dict[str, str]
    attempts: dict[str, list[sa.Row[Any]]]
    briefings: dict[str, list[sa.Row[Any]]]
    entries: dict[str, list[sa.Row[Any]]]
    reasons: dict[str, list[sa.Row[Any]]]


async def transfer_views(
    db: AsyncConnection, tenant: str, rows: Sequence[sa.Row[Any]]
) -> tuple[TransferView, ...]:
    """Show transfers whose workflow has reported; a handful of queries, however many they are."""
    if not rows:
        return ()
    beside = await _beside(db, tenant, rows)
    return tuple(_view(row, TransferState.model_validate(row.status), beside) for row in rows)


async def _beside(db: AsyncConnection, tenant: str, rows: Sequence[sa.Row[Any]]) -> _Beside:
    ids = [row.id for row in rows]

    async def grouped(
        table: sa.Table, *order: sa.ColumnElement[Any]
    ) -> dict[str, list[sa.Row[Any]]]:
        groups = defaultdict(list)
        mine = (table.c.tenant == tenant, table.c.transfer_id.in_(ids))
        for found in await db.execute(sa.select(table).where(*mine).order_by(*order)):
            groups[found.transfer_id].append(found)
        return groups

    asked = await grouped(attempts, attempts.c.position)
    said = await grouped(reasons)
    query = sa.select(calls.c.id, calls.c.caller_id).where(
        calls.c.tenant == tenant, calls.c.id.in_({row.call_id for row in rows})
    )
    callers = {row.id: row.caller_id for row in await db.execute(query)}
    people = {row.agent_a for row in rows} | {row.agent_b for row in rows} | {*callers.values()}
    people |= {row.agent for group in asked.values() for row in group}
    people |= {decided["by"] for row in rows for decided in row.status["decided"]}
    return _Beside(
        names=await names(db, tenant, people),
        callers=callers,
        attempts=asked,
        briefings=await grouped(briefings, briefings.c.version),
        entries=await grouped(entries, entries.c.sequence),
        reasons=said,
    )


def _view(row: sa.Row[Any], state: TransferState, beside: _Beside) -> TransferView:
    person = beside.names.person
    return TransferView(
        id=row.id,
        call_id=row.call_id,
        phase=state.phase,
        outcome=state.outcome,
        cause=state.cause,
        reason=_reason(row, state, beside),
        reference=row.reference,
        notes=row.notes,
        to=Target(agent=state.agent_b),
        agent_a=person(row.agent_a),
        agent_b=person(state.agent_b),
        rooms=RoomsView(a=state.room_a, b=state.room_b),
        responsible=state.responsible,
        briefing=_briefing(state, beside.briefings[row.id]),
        accepted=state.accepted,
        move=_move(state.move, row.gap_ms) if state.move else None,
        decided_by={d.decision: person(d.by) for d in state.decided} or None,
        attempts=tuple(_attempt(asked, beside) for asked in beside.attempts[row.id]),
        timeline=tuple(
            TimelineLine(at=entry.at, event=entry.event, text=entry.text)
            for entry in beside.entries[row.id]
            if entry.event not in UNTOLD
        ),
        created_at=row.created_at,
        ended_at=row.ended_at,
        take_back_until=row.ended_at + TAKE_BACK if state.outcome is Outcome.COMPLETED else None,
    )


def _attempt(row: sa.Row[Any], beside: _Beside) -> AttemptView:
    why = (Decision.DECLINE, row.agent) if row.outcome == Outcome.DECLINED else None
    said = [r.reason for r in beside.reasons[row.transfer_id] if (r.decision, r.person) == why]
    return AttemptView(
        to=beside.names.person(row.agent),
        began_at=row.began_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
        reason=said[0] if said else None,
    )


def _briefing(state: TransferState, versions: list[sa.Row[Any]]) -> BriefingView | None:
    if not versions:
        return None
    return BriefingView(**versions[-1].briefing, ready=True, spoken=state.briefing_spoken)


def _reason(row: sa.Row[Any], state: TransferState, beside: _Beside) -> str | None:
    if state.outcome is None or state.phase is not Phase.ENDED:
        return None
    decision = GIVES_REASON.get(state.outcome)
    by = next((d.by for d in state.decided if d.decision is decision), None)
    people = beside.names
    told = CAUSE[state.cause] if state.cause else OUTCOME[state.outcome]
    sentence = told.format(
        caller=people[beside.callers[row.call_id]],
        agent_a=people[row.agent_a],
        agent_b=people[state.agent_b],
        actor=people[by] if by else OPERATIONS.name,
    )
    said = [r.reason for r in beside.reasons[row.id] if (r.decision, r.person) == (decision, by)]
    return " ".join([sentence, *said])


def _move(move: Move, caller_hears: float | None) -> MoveView:
    gap = None if caller_hears is None else GapView(caller_hears=caller_hears)
    return MoveView(**dict(move), gap_ms=gap)
