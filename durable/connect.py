"""Connecting to Temporal, the same way everywhere."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig


async def connect(*, lazy: bool = False) -> Client:
    """Connect by Temporal's own settings: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TLS and so on.

    Args:
        lazy: Come back at once, and connect with the first call; for processes that must start
            while Temporal is away.

    Raises:
        RuntimeError: Temporal didn't answer.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    return await Client.connect(**config, lazy=lazy, data_converter=pydantic_data_converter)
