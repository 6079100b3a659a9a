"""Who asks: bearer tokens of our own, signed with a key derived from SECRET_KEY."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.errors import NotSignedIn
from domain.phases import Role
from domain.views import SignedIn

ALGORITHM = "HS256"
ISSUER = "warm-transfer"
AUDIENCE = "warm-transfer-api"
SHIFT = timedelta(hours=12)
"""How long a sign-in lasts, and a caller's token for their call."""
LONGEST_TOKEN = 4_096


@dataclass(frozen=True)
class Asker:
    """The person behind a request."""

    person: SignedIn
    expires_at: datetime
    call_id: str | None = None
    """Set for callers: the one call their token is good for."""

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def tenant(self) -> str:
        return self.person.tenant

    @property
    def role(self) -> Role:
        return self.person.role


class ApiTokens:
    """Makes and reads bearer tokens."""

    def __init__(self, secret: str) -> None:
        self._key = HKDF(SHA256(), length=32, salt=None, info=b"warm-transfer api tokens").derive(
            secret.encode()
        )

    def make(
        self, person: SignedIn, *, call_id: str | None = None, valid: timedelta = SHIFT
    ) -> str:
        """Make a token for a person; for a caller, good for one call alone."""
        now = datetime.now(UTC)
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": person.id,
            "iat": now,
            "exp": now + valid,
            "name": person.name,
            "role": person.role.value,
            "tenant": person.tenant,
            "call": call_id,
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)

    def read(self, token: str) -> Asker:
        """Say who carries a token.

        Raises:
            NotSignedIn: it has expired, or isn't one of ours.
        """
        if len(token) > LONGEST_TOKEN:
            raise NotSignedIn(invalid=True)
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={"require": ["iss", "aud", "sub", "exp"]},
            )
            person = SignedIn(
                id=claims["sub"], name=claims["name"], role=claims["role"], tenant=claims["tenant"]
            )
            call_id = claims.get("call")
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise NotSignedIn(invalid=True) from error
        if (person.role is Role.CALLER) != isinstance(call_id, str):
            raise NotSignedIn(invalid=True)
        return Asker(person, datetime.fromtimestamp(claims["exp"], UTC), call_id)
