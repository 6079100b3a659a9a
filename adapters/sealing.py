"""Sealing: what must not be readable where it is kept."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import Refused


class Sealer:
    """Seals and opens text with a key derived from the installation's secret."""

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), length=32, salt=None, info=b"warm-transfer sealing").derive(
            secret.encode()
        )
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, text: str) -> str:
        """Make a text unreadable to whoever lacks the secret."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Read a sealed text again.

        Raises:
            Refused: it was not sealed with this secret, or was changed since.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise Refused("Not sealed by this installation; is SECRET_KEY the same?") from error
