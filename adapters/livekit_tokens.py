"""`Tokens` on LiveKit."""

from datetime import UTC, datetime, timedelta

from livekit import api
from pydantic import SecretStr

from domain.ports import Token
from domain.seating import Grant

MICROPHONE = "microphone"


class LiveKitTokens:
    """Makes LiveKit access tokens: one person, one room, exactly the rights of the moment."""

    def __init__(self, key: str, secret: SecretStr) -> None:
        self._key = key
        self._secret = secret

    def mint(self, room: str, identity: str, grant: Grant, *, valid: timedelta) -> Token:
        """Mint a token; `valid` bounds the first join, the server renews it afterwards.

        LiveKit itself allows a minute more, for clocks that differ.
        """
        # The vendor's defaults allow data and everything else: name every right.
        rights = api.VideoGrants(
            room_join=True,
            room=room,
            can_publish=grant.speak,
            can_publish_sources=[MICROPHONE],
            can_subscribe=grant.hear,
            can_publish_data=False,
            can_update_own_metadata=False,
            hidden=grant.hidden,
        )
        token = api.AccessToken(self._key, self._secret.get_secret_value())
        token = token.with_identity(identity).with_grants(rights).with_ttl(valid)
        return Token(secret=token.to_jwt(), expires_at=datetime.now(UTC) + valid)
