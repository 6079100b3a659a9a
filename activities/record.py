"""Steps that write to the record."""

from temporalio import activity

from domain.journal import Batch
from domain.orders import Reservation
from domain.ports import Journal, Reservations


class RecordActivities:
    """Journals of workflows, and who is being asked."""

    def __init__(self, journal: Journal, reservations: Reservations) -> None:
        self._journal = journal
        self._reservations = reservations

    @activity.defn
    async def write_journal(self, batch: Batch) -> None:
        """Write entries to the record. Safe to repeat: writer and sequence make them unique."""
        await self._journal.append(batch)

    @activity.defn
    async def reserve(self, wanted: Reservation) -> bool:
        """Reserve an agent. Safe to repeat: the same transfer is given the same answer."""
        return await self._reservations.reserve(
            wanted.tenant, wanted.agent, wanted.transfer_id, until=wanted.until
        )

    @activity.defn
    async def release(self, held: Reservation) -> None:
        """Undo `reserve`. Safe to repeat: a released agent stays released."""
        await self._reservations.release(
            held.tenant, held.agent, held.transfer_id, missed=held.missed
        )
