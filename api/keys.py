"""Idempotency-Key: the same key and body is the same request, however often it comes."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Header, Request

from api.auth import Asker
from api.dependencies import action_of
from api.errors import Invalid
from domain.names import derived_id, new_id
from domain.record import Record

KEPT = timedelta(hours=24)
ANONYMOUS = timedelta(minutes=10)
"""How long the key of somebody who isn't signed in is kept: long enough for a bad network."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="The same key with the same body is the same request, and makes nothing new.",
    ),
]


@dataclass(frozen=True)
class Keyed:
    """A request that may have been made before."""

    record: Record
    scope: str
    key: str | None
    made: str | None
    """What the first request with this key made, once that is settled."""
    until: str
    """When the key is forgotten; used again after that, it makes something else."""

    def id(self, prefix: str, *parts: str) -> str:
        """Make the id of what is made: the same one for the same key, as long as it is kept."""
        if not self.key:
            return new_id(prefix)
        return self.made or derived_id(prefix, self.scope, self.key, self.until, *parts)

    async def settle(self, made: str) -> None:
        """Remember what the first request made."""
        if self.key:
            await self.record.settle_key(self.scope, self.key, made)


async def keyed(
    request: Request, record: Record, scope: str, key: str | None, *, kept: timedelta = KEPT
) -> Keyed:
    """Claim the key of a request.

    Raises:
        Invalid: the key came with another body before.
    """
    if key is None:
        return Keyed(record, scope, None, None, "")
    scope = f"{scope}/{action_of(request)}"
    digest = hashlib.sha256()
    digest.update(request.url.path.encode() + b"\0")
    digest.update(await request.body())
    fingerprint = digest.hexdigest()
    first = await record.claim_key(scope, key, fingerprint, kept=kept)
    if first.fingerprint != fingerprint:
        raise Invalid(
            "This Idempotency-Key was used for another request; take a new one.", "key_reused"
        )
    return Keyed(record, scope, key, first.result, first.expires_at.isoformat())


def scope_of(asker: Asker) -> str:
    """Keys of people who are signed in are their own."""
    return f"person/{asker.tenant}/{asker.id}"


def anonymous_scope(tenant: str, address: str) -> str:
    """Keys of people who aren't signed in belong to their address.

    Whoever repeats such a key with the same body from the same address is handed the call, so
    clients make keys that can't be guessed, and it is kept for `ANONYMOUS` only.
    """
    return f"anonymous/{tenant}/{address}"
