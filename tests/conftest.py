"""What all tests share: one of each real server, started when the first test asks for it."""

from tests.servers import livekit_server, temporal_server
from tests.voice_stage import voice_stage

__all__ = ["livekit_server", "temporal_server", "voice_stage"]
