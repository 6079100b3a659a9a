"""What must be so at every moment, whatever anybody does: looked at after every step."""

from dataclasses import dataclass, field

from domain.journal import TransferState
from domain.phases import Outcome, Phase, Responsible
from domain.seating import Presence
from tests.fakes.rooms import FakeRooms
from tests.people import StagedTransfer

UNMOVED = {Phase.PREPARING, Phase.OFFERING, Phase.BRIEFING, Phase.CONSULTING}


@dataclass
class PutOut:
    """Somebody whom we have put out of a room, and how things were just before."""

    person: str
    room: str
    before: Presence


@dataclass
class WatchedRooms(FakeRooms):
    """Rooms that remember who was put out of them."""

    put_out: list[PutOut] = field(default_factory=list)

    async def remove(self, room: str, identity: str) -> None:
        before = self.now()
        await super().remove(room, identity)
        self.put_out.append(PutOut(identity, room, before))

    async def close(self, room: str) -> None:
        before = self.now()
        await super().close(room)
        self.put_out += [PutOut(s.identity, room, before) for s in before.seen if s.room == room]


Fresh = tuple[list[Presence], list[PutOut]]


class Watch:
    """Holds one transfer to its promises, from its request to the next one's."""

    def __init__(self, transfer: StagedTransfer, rooms: WatchedRooms) -> None:
        self._rooms = rooms
        self._caller = transfer.call.caller.id
        self._follows = transfer.call.order.follows
        self._a = transfer.a.id
        self._looked_at = len(rooms.moments_at)
        self._put_out_at = len(rooms.put_out)
        self._were_together = False
        self._is_moved = False

    def fresh(self) -> Fresh:
        """Take what has happened since the last time, before anybody is asked about it."""
        moments = [moment for _, moment in self._rooms.moments_at[self._looked_at :]]
        put_out = self._rooms.put_out[self._put_out_at :]
        self._looked_at += len(moments)
        self._put_out_at += len(put_out)
        return moments, put_out

    def look(self, fresh: Fresh, view: TransferState, *, call_ended: bool) -> None:
        """Look at every moment since the last time; what the workflows say is newer."""
        moments, put_out = fresh
        self._is_moved = self._is_moved or view.phase not in UNMOVED
        for moment in moments:
            self._were_together = self._were_together or self._are_together(moment, view)
            self._a_is_live_once(moment, view)
            self._nobody_hears_too_early(moment, view)
        if not call_ended:
            for one in put_out:
                self._a_stays_until_b_is_there(one, view.responsible)
        if view.outcome is Outcome.COMPLETED:
            assert self._were_together, f"completed, and they never talked: {view}"

    def _are_together(self, moment: Presence, view: TransferState) -> bool:
        meeting_room = str(view.room_b) if self._follows else view.room_a
        seats = [moment.find(person, meeting_room) for person in (self._caller, view.agent_b)]
        return all(seat and seat.live and seat.grant.hear for seat in seats)

    def _a_is_live_once(self, moment: Presence, view: TransferState) -> None:
        rooms = [room for room in (view.room_a, view.room_b) if room]
        live = [room for room in rooms if moment.live(self._a, room)]
        assert len(live) < 2, f"agent A is live in two rooms: {moment}"

    def _nobody_hears_too_early(self, moment: Presence, view: TransferState) -> None:
        meeting_room = str(view.room_b) if self._follows else view.room_a
        asked = [one.to for one in view.attempts]
        for traveller in [self._caller] if self._follows else asked:
            seat = moment.find(traveller, meeting_room)
            if seat and seat.grant.hear:
                assert self._is_moved, f"{traveller} hears the others before the move: {moment}"
                assert view.accepted, f"moved without a yes: {view}"

    def _a_stays_until_b_is_there(self, one: PutOut, responsible: Responsible) -> None:
        if responsible is Responsible.HOST:
            return  # she was gone for too long, and comes when the call is anybody's to answer
        seat, ears = (one.before.find(who, one.room) for who in (one.person, self._caller))
        if one.person == self._a and seat and seat.live and ears and ears.grant.hear:
            assert self._were_together, f"agent A was put out of the caller's room: {one}"
