"""What a voice process hands to its job processes: settings, and how to open an order."""

from dataclasses import dataclass
from typing import TypeVar

from livekit.agents import JobContext
from pydantic import SecretStr, ValidationError
from temporalio.client import Client

from adapters.sealing import Sealer
from domain.errors import Refused
from domain.payload import Payload
from domain.settings import ModelSettings
from durable.connect import connect

Order = TypeVar("Order", bound=Payload)


@dataclass(frozen=True)
class Kit:
    """Crosses into job processes by pickle, so it holds no connection."""

    secret: SecretStr
    models: ModelSettings

    def opened(self, kind: type[Order], sealed: str) -> Order:
        """Read a sealed order.

        Raises:
            Refused: it was not sealed here, or isn't such an order.
        """
        text = Sealer(self.secret.get_secret_value()).open(sealed)
        try:
            return kind.model_validate_json(text)
        except ValidationError:
            # Its text would quote the briefing.
            raise Refused("Not an order for this agent") from None

    async def open(self, context: JobContext, kind: type[Order]) -> tuple[Client, Order]:
        """Read a job's order, and connect to Temporal for this one job.

        Temporal's runtime does not survive a fork, so no client can be made beforehand.
        """
        order = self.opened(kind, context.job.metadata)
        return await connect(), order
