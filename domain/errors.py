"""What can go wrong outside this code.

* PortError            a vendor failed us; trying again may help
  * Unreachable        no answer, or not in time
  * Untrusted          the vendor knows our key no more, or our clock is off
  * Refused            the vendor understood and said no; trying again won't help
    * NotThere         the room, person, call or row is gone
"""

from datetime import timedelta


class PortError(Exception):
    """Base of every failure a port may raise; adapters raise nothing else.

    Its text reaches logs and workflow history, so it never holds a name, number or token.
    """

    retryable = True

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreachable(PortError):
    """No answer, or not in time."""


class Untrusted(PortError):
    """The vendor doesn't know our key, or finds our clock off; somebody can set that right."""


class Refused(PortError):
    """The vendor understood and said no."""

    retryable = False


class NotThere(Refused):
    """The room, person, call or row is gone."""
