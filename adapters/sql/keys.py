"""Idempotency keys, kept as hashes: whoever reads the table can't repeat anybody's request."""

import hashlib
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from adapters.sql.engine import Database
from adapters.sql.tables import keys
from domain.record import KeyedAnswer


class SqlKeys:
    """First come, first kept."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def claim_key(
        self, scope: str, key: str, fingerprint: str, *, kept: timedelta = timedelta(hours=24)
    ) -> KeyedAnswer:
        now, digest = datetime.now(UTC), _digest(scope, key)
        async with self._db.writing() as db:
            await db.execute(sa.delete(keys).where(keys.c.expires_at <= now))
            row = (await db.execute(sa.select(keys).where(keys.c.digest == digest))).first()
            if row is not None:
                return KeyedAnswer(row.fingerprint, row.result, row.expires_at)
            first = {"digest": digest, "fingerprint": fingerprint, "expires_at": now + kept}
            await db.execute(sa.insert(keys).values(first))
            return KeyedAnswer(fingerprint, None, now + kept)

    async def settle_key(self, scope: str, key: str, result: str) -> None:
        mine = keys.c.digest == _digest(scope, key)
        async with self._db.writing() as db:
            await db.execute(sa.update(keys).where(mine).values(result=result))


def _digest(scope: str, key: str) -> str:
    return hashlib.sha256(f"{scope}\0{key}".encode()).hexdigest()
