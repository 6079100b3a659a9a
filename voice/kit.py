"""What a voice process hands to its job processes: settings, and how to open an order."""

from dataclasses import dataclass
from typing import Any, TypeVar

from livekit.agents import JobContext
from pydantic import SecretStr, ValidationError
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig

from adapters.sealing import Sealer
from domain.errors import Refused
from domain.payload import Payload
from domain.settings import ModelSettings

Order = TypeVar("Order", bound=Payload)


@dataclass(frozen=True)
class Kit:
    """Crosses into job processes by pickle, so it holds no connection."""

    secret: SecretStr
    models: ModelSettings
    hold_audio: str | None

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


async def connect() -> Client:
    """Connect to Temporal as TEMPORAL_* say."""
    config: dict[str, Any] = {**ClientConfig.load_client_connect_config()}
    return await Client.connect(
        **{"target_host": "127.0.0.1:7233", **config}, data_converter=pydantic_data_converter
    )
