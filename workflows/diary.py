"""The diary: what a workflow tells the record, in order and off its own path."""

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.record import RecordActivities
    from domain.journal import Batch, CallStatus, Entry, Event, SeatNotice, TransferState
    from workflows.options import RECORD, saying

MOST_AT_ONCE = 50


class Diary:
    """Numbers what happens; `keep` writes it to the record and never gives up."""

    def __init__(self, tenant: str, call_id: str, transfer_id: str | None = None) -> None:
        self._tenant = tenant
        self._call_id = call_id
        self._transfer_id = transfer_id
        self._written = 0
        self._entries: list[Entry] = []

    def note(
        self,
        event: Event,
        *,
        actor: str | None = None,
        transfer: TransferState | None = None,
        call: CallStatus | None = None,
        seat: SeatNotice | None = None,
    ) -> None:
        """Write something down; it reaches the record a little later."""
        self._entries.append(
            Entry(
                sequence=self._written + len(self._entries) + 1,
                at=workflow.now(),
                event=event,
                actor=actor,
                transfer=transfer,
                call=call,
                seat=seat,
            )
        )

    @property
    def is_written(self) -> bool:
        """Everything noted has reached the record."""
        return not self._entries

    async def keep(self) -> None:
        """Write entries as they come, until cancelled."""
        while True:
            await workflow.wait_condition(lambda: bool(self._entries))
            entries = tuple(self._entries[:MOST_AT_ONCE])
            try:
                await workflow.execute_activity_method(
                    RecordActivities.write_journal,
                    Batch(
                        writer=workflow.info().workflow_id,
                        tenant=self._tenant,
                        call_id=self._call_id,
                        transfer_id=self._transfer_id,
                        entries=entries,
                    ),
                    **saying(RECORD, ", ".join(entry.event for entry in entries[:6])),
                )
            except ActivityError:
                # Refused for good: losing a line of the record must not end a call.
                workflow.logger.error("the record refused entries", extra={"n": len(entries)})
            self._entries = self._entries[len(entries) :]
            self._written += len(entries)
