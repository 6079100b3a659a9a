"""Steps that find what has outlived its owner, and clear it away; old events go with it.

Nothing is touched that the record doesn't know as ours, nor while any of its owners runs; where
one of them can't be asked, the step fails and nothing is touched at all.
"""

from datetime import timedelta

from temporalio import activity

from domain.names import is_person, is_room
from domain.ports import Leftovers, Rooms, Workflows
from domain.seating import Presence
from domain.sweeping import Kind, Leftover, SweepOrder

KEPT = timedelta(days=1)
"""Events: a page that resumes after longer starts over."""
MOST = 200
"""Orphans of one sweep; the next goes on."""


class SweepActivities:
    """Asks the media server, the record and Temporal, and acts where all three agree."""

    def __init__(self, rooms: Rooms, leftovers: Leftovers, workflows: Workflows) -> None:
        self._rooms = rooms
        self._leftovers = leftovers
        self._workflows = workflows

    @activity.defn
    async def find_orphans(self, order: SweepOrder) -> tuple[Leftover, ...]:
        """List what none of whose owners runs, rooms first, once old events are forgotten.

        Safe to repeat: it looks, and what is forgotten stays so.
        """
        await self._leftovers.forget_events(KEPT)
        named = [room for room in await self._rooms.open_for(order.grace) if is_room(room)]
        found = (
            *await self._leftovers.of_rooms(tuple(named)),
            *await self._leftovers.unfinished(order.grace),
        )
        owners = frozenset(owner for leftover in found for owner in leftover.owners)
        running = await self._workflows.running(owners)
        return tuple(one for one in found if running.isdisjoint(one.owners))[:MOST]

    @activity.defn
    async def sweep(self, orphan: Leftover) -> bool:
        """Clear an orphan away; False: it is left. Safe to repeat: what is settled stays settled.

        Who runs is asked again: ops may have reset a workflow since.
        """
        if await self._workflows.running(frozenset(orphan.owners)):
            return False
        presence = await self._rooms.look(orphan.rooms)
        open_rooms = set(orphan.rooms) - set(presence.vanished)
        if _people_talk(presence) or (orphan.kind is Kind.CALL and open_rooms):
            return False  # a call is over when its rooms are gone
        for room in open_rooms:
            await self._rooms.close(room)
        await self._leftovers.settle(orphan)
        return True


def _people_talk(presence: Presence) -> bool:
    """Whoever has somebody to talk with is not hung up on, whatever became of their workflow."""
    talking = [s for s in presence.seen if is_person(s.identity) and s.live and s.grant.hear]
    return len(talking) > 1
