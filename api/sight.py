"""What one person sees of the events: whose they are, and in which view."""

import json

from api.answers import callers_call, callers_transfer
from api.auth import Asker
from domain.phases import CallState, Role
from domain.record import EventKind, EventRow
from domain.views import CallView, TransferView


class Sight:
    """One person's eyes; remembers what it showed, so that nothing is told twice or half."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._callers: dict[str, str] = {}
        """What the caller was last shown, by call or transfer."""
        self._shown: set[str] = set()
        """Calls an agent was shown, as their own or as waiting: when that ends, it is told too."""

    def look(self, row: EventRow, *, replayed: bool = False) -> str | None:
        """Say what this person is shown of a row, as JSON; None: nothing."""
        if row.tenant != self._asker.tenant:
            return None
        if row.to is not None:
            return self._to_me(row)
        if self._asker.role is Role.CALLER:
            return self._callers_view(row)
        if row.kind is EventKind.AGENTS:
            return json.dumps(row.data["agents"], ensure_ascii=False, separators=(",", ":"))
        if row.kind is EventKind.CALL and self._asker.role is Role.AGENT:
            return self._agents_call(row, replayed=replayed)
        is_mine = self._asker.role is Role.SUPERVISOR or self._asker.id in row.people
        return _as_kept(row) if is_mine else None

    def call(self, call: CallView) -> str:
        """Say what this person is shown of a call as it is now, as JSON."""
        if self._asker.role is Role.CALLER:
            return self._remember(call.id, callers_call(call).model_dump_json())
        self._shown.add(call.id)
        return call.model_dump_json()

    def transfer(self, transfer: TransferView) -> str:
        """Say what this person is shown of a transfer as it is now, as JSON."""
        if self._asker.role is Role.CALLER:
            return self._remember(transfer.id, callers_transfer(transfer).model_dump_json())
        return transfer.model_dump_json()

    def _to_me(self, row: EventRow) -> str | None:
        if row.to != self._asker.id:
            return None
        if row.kind is EventKind.OFFER and self._asker.role is Role.CALLER:
            return None
        return _as_kept(row)

    def _callers_view(self, row: EventRow) -> str | None:
        if row.call_id != self._asker.call_id:
            return None
        if row.kind is EventKind.CALL:
            call = CallView.model_validate(row.data)
            return self._news(call.id, callers_call(call).model_dump_json())
        if row.kind is EventKind.TRANSFER:
            transfer = TransferView.model_validate(row.data)
            return self._news(transfer.id, callers_transfer(transfer).model_dump_json())
        return None

    def _news(self, name: str, told: str) -> str | None:
        """Tell a caller only what changes for them: not even that the agents did something."""
        return None if self._callers.get(name) == told else self._remember(name, told)

    def _remember(self, name: str, told: str) -> str:
        self._callers[name] = told
        return told

    def _agents_call(self, row: EventRow, *, replayed: bool) -> str | None:
        call_id = row.data["id"]
        was_shown = call_id in self._shown or replayed
        if row.data["state"] == CallState.WAITING or self._asker.id in row.people:
            self._shown.add(call_id)
            return _as_kept(row)
        self._shown.discard(call_id)
        return _as_kept(row) if was_shown else None


def _as_kept(row: EventRow) -> str:
    return json.dumps(row.data, ensure_ascii=False, separators=(",", ":"))
