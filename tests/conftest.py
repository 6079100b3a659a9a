"""What all tests share: one of each real server, started when the first test asks for it."""

from tests.api_stage import api_stage
from tests.databases import (
    database_url,
    migrated_file,
    postgres,
    postgres_url,
    record,
    sqlite_url,
)
from tests.servers import livekit_server, temporal_server
from tests.stage import client, stage
from tests.voice_stage import voice_stage

__all__ = [
    "api_stage",
    "client",
    "database_url",
    "livekit_server",
    "migrated_file",
    "postgres",
    "postgres_url",
    "record",
    "sqlite_url",
    "stage",
    "temporal_server",
    "voice_stage",
]
