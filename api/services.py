"""Everything the routes work with; built in `main`, or by a test."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from adapters.livekit_webhooks import LiveKitWebhooks
from adapters.sealing import Sealer
from api.auth import ApiTokens
from api.gateway import Gateway
from api.tailer import Tailer
from domain.ports import Briefings, Rooms, Speech, Summaries
from domain.record import Record
from domain.settings import ApiSettings

Probe = Callable[[], Awaitable[None]]
"""Returns if a dependency answers, raises if not."""


@dataclass(frozen=True)
class Services:
    """What the front door opens to."""

    settings: ApiSettings
    livekit_url: str
    """Where browsers and robots connect to."""
    tokens: ApiTokens
    sealer: Sealer
    record: Record
    tailer: Tailer
    gateway: Gateway
    rooms: Rooms
    webhooks: LiveKitWebhooks
    summaries: Summaries
    briefings: Briefings
    speech: Speech
    probes: Mapping[str, Probe]
    """By the name `/readyz` says."""
