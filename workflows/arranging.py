"""From a plan and what is seen to what must be done, in the order that keeps ears apart."""

from collections.abc import Iterable, Mapping

from domain.names import is_person
from domain.seating import Allow, Arrangement, Grant, Place, Presence


def changes(
    presence: Presence,
    plan: Mapping[tuple[str, str], Grant],
    emptying: set[str],
    rooms: Iterable[str],
) -> Arrangement | None:
    """Say what is not as planned, by room and person; None: nothing.

    Persons of ours who have no place are put out, and from rooms that are `emptying` everybody.
    """
    allow, remove = [], []
    for seen in presence.seen:
        grant = plan.get((seen.room, seen.identity))
        if grant is None:
            if is_person(seen.identity) or seen.room in emptying:
                remove.append(Place(room=seen.room, identity=seen.identity))
        elif seen.active and seen.grant != grant:
            allow.append(Allow(room=seen.room, identity=seen.identity, grant=grant))
    if not allow and not remove:
        return None
    allow.sort(key=lambda change: change.grant.speak)  # nobody is live in two rooms
    return Arrangement(rooms=tuple(rooms), allow=tuple(allow), remove=tuple(remove))


def describe(wanted: Arrangement) -> str:
    """Say it in the words of the Temporal UI."""
    fences = sum(1 for a in wanted.allow if not a.grant.speak)
    opens = len(wanted.allow) - fences
    words = {"open": opens, "fence": fences, "put out": len(wanted.remove)}
    return ", ".join(f"{verb} {count}" for verb, count in words.items() if count) or "look"
