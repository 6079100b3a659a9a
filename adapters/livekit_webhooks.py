"""What LiveKit reports by webhook: hints, never facts, for they come late, twice or never."""

from dataclasses import dataclass

from livekit import api
from pydantic import SecretStr

from domain.errors import Refused


@dataclass(frozen=True)
class Hint:
    """Something has happened in a room; whoever cares looks for themselves."""

    kind: str
    """LiveKit's word, e.g. `participant_joined`."""
    room: str
    identity: str | None


class LiveKitWebhooks:
    """Reads LiveKit's webhooks, and only LiveKit's."""

    def __init__(self, key: str, secret: SecretStr) -> None:
        verifier = api.TokenVerifier(key, secret.get_secret_value())
        self._receiver = api.WebhookReceiver(verifier)

    def receive(self, body: bytes, authorization: str) -> Hint:
        """Read one webhook: its raw body and its `Authorization` header.

        A replay within its token's life (5 minutes, and one of grace) is read again as the same
        hint.

        Raises:
            Refused: not from our LiveKit, too old, or changed on its way.
        """
        try:
            event = self._receiver.receive(body.decode(), authorization.removeprefix("Bearer "))
        except Exception as error:
            # The vendor raises bare exceptions, some of which quote the body.
            raise Refused(f"Not a webhook of our LiveKit ({type(error).__name__})") from None
        if not event.event:
            raise Refused("Not a webhook of our LiveKit (no event)")
        return Hint(
            kind=event.event,
            room=event.room.name,
            identity=event.participant.identity or None,
        )
