"""The catalogue of what calls and transfers go through, each play up to a moment worth keeping.

A play ends in the middle of something: its workflows are then running, as they may be when a new
release goes out. `tests/generations.py` keeps their histories as of then, and once more when the
caller has hung up. A way through a workflow that no play goes is a play that is missing.
"""

from tests.plays import calls, endings, others, troubles, under_way
from tests.plays.acts import PLAYS, Play

__all__ = ["PLAYS", "Play", "calls", "endings", "others", "troubles", "under_way"]
