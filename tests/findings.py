"""What a live test finds out besides passing: noted here, and told in the table of `make prove`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

Finding = tuple[str, object]

OUTCOME, SILENCE, RECOVERED = "outcome", "silence_s", "recovered_s"
"""How each transfer ended, the longest silence of its caller, and the time after a fault."""
GOES_ON, ANSWERED, BRIEFED = "goes_on_s", "answered_s", "briefed_s"
"""After Temporal's return, until an api that lacks something said so, and from a briefer's death
until the next one was heard."""

_found: list[Finding] = []


def note(name: str, figure: object) -> None:
    """Keep one figure of the test that runs."""
    _found.append((name, figure))


def drained() -> list[Finding]:
    """Everything that was noted since this was asked last."""
    found = list(_found)
    _found.clear()
    return found


@contextmanager
def recovering(name: str = RECOVERED) -> Iterator[None]:
    """From a fault, which strikes now, until all is as it should be: the end of the block."""
    began = time.monotonic()
    yield
    note(name, round(time.monotonic() - began, 2))
