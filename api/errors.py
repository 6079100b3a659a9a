"""Failures a client of this API may meet, each with its own status and stable code.

* ApiError
  * NotSignedIn   401  no token, or one that is expired or forged
  * NotAllowed    403  yours to see, but not to do
  * NotYours      404  not there, or not yours: nobody learns which
  * Conflict      409  not now; `code` and `phase` say why
  * TooLarge      413  more than anybody needs to say
  * Invalid       422  the request makes no sense, whoever asks and whenever
  * TooMany       429  wait, then ask again
  * Unavailable   503  something behind us is away; repeat with the same key
"""

import math
from datetime import timedelta
from typing import Self

from domain.phases import Phase
from domain.views import TransferView


class ApiError(Exception):
    """Base of every failure the api announces; each class owns its status."""

    status: int = 500
    code: str = "internal"
    title: str = "Something broke here"
    retry_after: timedelta | None = None
    phase: Phase | None = None
    transfer_id: str | None = None
    pointer: str | None = None
    """JSON pointer to the field of the body that is wrong."""

    @property
    def headers(self) -> dict[str, str]:
        """What goes with the answer besides its body."""
        if self.retry_after is None:
            return {}
        return {"Retry-After": str(max(1, math.ceil(self.retry_after.total_seconds())))}


class NotSignedIn(ApiError):
    """No token, or one that is expired or forged."""

    status = 401
    code = "not_signed_in"
    title = "Sign in first"

    def __init__(self, *, invalid: bool = False) -> None:
        super().__init__(
            "This token has expired or isn't ours." if invalid else "This needs a bearer token."
        )
        self._invalid = invalid

    @property
    def headers(self) -> dict[str, str]:
        """RFC 6750 says how to ask for a token."""
        return {"WWW-Authenticate": 'Bearer error="invalid_token"' if self._invalid else "Bearer"}


class NotAllowed(ApiError):
    """Yours to see, but not to do."""

    status = 403
    code = "not_allowed"
    title = "Not yours to do"

    def __init__(self, detail: str = "You may see this, but not do that.") -> None:
        super().__init__(detail)


class NotYours(ApiError):
    """Not there, or not yours."""

    status = 404
    code = "not_found"
    title = "Not found"

    def __init__(self, detail: str = "There is no such thing, or it isn't yours.") -> None:
        super().__init__(detail)


ENDED = {"call_ended": "The call has ended.", "transfer_ended": "The transfer has ended."}
"""What the api says by itself, where there is no workflow any more that would."""


class Conflict(ApiError):
    """Not now: `code` and `phase` say why."""

    status = 409
    code = "not_now"
    title = "Not now"

    def __init__(self, code: str, detail: str | None = None, phase: Phase | None = None) -> None:
        super().__init__(detail or ENDED.get(code, "That can't be done now."))
        self.code = code
        self.phase = phase

    def about(self, transfer: TransferView) -> Self:
        """Name the transfer, and its phase unless that is known better."""
        self.transfer_id = transfer.id
        self.phase = self.phase or transfer.phase
        return self


class TooLarge(ApiError):
    """More than anybody needs to say."""

    status = 413
    code = "too_large"
    title = "Too large"


class Invalid(ApiError):
    """The request makes no sense, whoever asks and whenever."""

    status = 422
    code = "invalid"
    title = "That makes no sense"

    def __init__(self, detail: str, code: str = "invalid", pointer: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.pointer = pointer


class TooMany(ApiError):
    """Wait, then ask again."""

    status = 429
    code = "too_many"
    title = "Too many requests"

    def __init__(self, what: str, retry_after: timedelta) -> None:
        super().__init__(f"Too many {what}; wait a little.")
        self.retry_after = retry_after


class Unavailable(ApiError):
    """Something behind us is away."""

    status = 503
    code = "unavailable"
    title = "Not available right now"

    def __init__(self, retry_after: timedelta = timedelta(seconds=1)) -> None:
        super().__init__(
            "Something behind this server is away, so it isn't known whether this was done. "
            "Repeat with the same key."
        )
        self.retry_after = retry_after
