"""`python -m voice host|briefer`: one voice server process."""

import asyncio
import functools
import logging
import os
import signal
import sys

from pydantic import ValidationError

from adapters.logs import setup_logging
from domain import names
from domain.settings import (
    LiveKitSettings,
    LogSettings,
    ModelSettings,
    SecretSettings,
    VoiceSettings,
    explain,
)
from domain.voice import BriefingOrder, HostOrder
from voice import briefer, host
from voice.kit import Kit
from voice.server import Role, VoiceServer

LEAST = {
    "livekit": logging.WARNING,
    "livekit.agents": logging.INFO,
    "temporalio": logging.INFO,
    "asyncio": logging.INFO,
}
"""The least severe level that may be logged of each vendor: at debug they quote what is spoken."""


def main(arguments: list[str]) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    if arguments not in ([names.HOST], [names.BRIEFER]):
        sys.stderr.write("usage: python -m voice host|briefer\n")
        return 2
    # We use none of the speech models that livekit-agents would load (244 MB) into every process.
    os.environ.setdefault("LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE", "0")
    try:
        _set_up_logging(LogSettings())
        models = ModelSettings()
        voice = VoiceSettings()
        kit = Kit(SecretSettings().secret_key, models, voice.hold_audio)
        server = VoiceServer(_role(arguments[0], kit), kit, LiveKitSettings(), voice)
    except ValidationError as error:
        sys.stderr.write(explain(error) + "\n")
        return 2
    asyncio.run(_serve(server))
    return 0


def _set_up_logging(settings: LogSettings) -> None:
    """Set up as everywhere, but keep vendors from quoting what is spoken, which they do at debug.

    Job processes inherit the levels, and send their records here.
    """
    setup_logging(settings)
    for name, least in LEAST.items():
        logging.getLogger(name).setLevel(max(least, logging.getLogger().level))


def _role(name: str, kit: Kit) -> Role:
    if name == names.HOST:
        return Role(
            name,
            HostOrder,
            functools.partial(host.keep_company, kit),
            functools.partial(host.warm_up, kit),
            ("voice.host",),
        )
    return Role(
        name,
        BriefingOrder,
        functools.partial(briefer.brief, kit),
        functools.partial(briefer.warm_up, kit),
        ("voice.briefer", *(["litellm"] if kit.models.tts_model else [])),
    )


async def _serve(server: VoiceServer) -> None:
    stop = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(told, stop.set)
    await server.run_until(stop)
