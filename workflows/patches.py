"""Where today's code and running calls part: the name of each patch, and nothing else.

Ask with `workflow.patched(patches.NAME)`: yes is the new way, no the way that a history went.
How a patch comes and goes is said in `docs/decisions/0012-deploys.md`.
"""

LOST_ARE_INVITED = "2026-11-27-lost-are-invited"
"""Whoever isn't back after a restart of the media server is invited after three seconds; calls
from before had no such timer. Goes when no call from before 27 November 2026 is running."""

SILENCE_BRINGS_A_BACK = "2026-11-27-silence-brings-a-back"
"""Agent A goes back to a caller on hold whose host is lost and not replaced in time; transfers from
before let them wait. Goes when no transfer from before 27 November 2026 is running."""

A_LAST_LOOK = "2026-11-28-a-last-look"
"""A move is undone, and a caller given back, only with a look at where they really are: with every
worker away nobody saw them go. Goes when no transfer from before 28 November 2026 is running."""

GONE_WHEN_LOOKED_FOR = "2026-11-29-gone-when-looked-for"
"""Whoever is missing counts as gone only after a look at the end of their time: with every worker
away, or the way to LiveKit, nobody saw them come back. Goes when no call from before 29 November
2026 is running, as do the next three."""

CLOSED_AFTER_OPENED = "2026-11-29-closed-after-opened"
"""A room that is just being opened again, after a restart of the media server, is closed after
that and not before, when it would stay open."""

A_LEAVES_ROOM_B = "2026-11-29-a-leaves-room-b"
"""Agent A, back with the caller, is put out of room B; while she sat there, any reconnection was
taken for her wish to consult again."""

HOLD_ENDS_AT_LAST = "2026-11-29-hold-ends-at-last"
"""A host that couldn't be told to stop the music is told again until it hears."""

NOTHING_IN_HASTE = "2026-11-29-nothing-in-haste"
"""Of a second review, in calls and transfers: nobody is gone from a room that isn't there, and a
look counts from when it was asked for; agents who lose each other for a moment are not cut off; a
call says whose the caller is only once it has looked; agent A keeps a caller whose agent B is lost
while being introduced, agent B has time to decide without an agent A who is lost late, and isn't
given up without a last look; a host is told until it hears; a child is started once; an agent is
reserved after being let go; and what can't be arranged is tried less and less often. Goes when no
call from before 30 November 2026 is running."""
