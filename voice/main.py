"""`python -m voice host|briefer`: one voice server process."""

import asyncio
import functools
import logging
import os
import signal
import sys
import threading
from datetime import timedelta

from pydantic import ValidationError

from adapters.logs import setup_logging
from adapters.speech import EspeakSpeech, LiteLLMSpeech
from domain import names
from domain.errors import Refused
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
from voice.hold_lines import HoldLines
from voice.hold_music import hold_clip
from voice.kit import Kit
from voice.server import Role, VoiceServer

LEAST = {
    "livekit": logging.WARNING,
    "livekit.agents": logging.INFO,
    "temporalio": logging.INFO,
    "asyncio": logging.INFO,
}
"""The least severe level that may be logged of each vendor: at debug they quote what is spoken."""

NO_HURRY = timedelta(minutes=1)
"""For a speech model to say a hold line: nobody waits for it."""


def main(arguments: list[str]) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    if arguments not in ([names.HOST], [names.BRIEFER]):
        sys.stderr.write("usage: python -m voice host|briefer\n")
        return 2
    # We use none of the speech models that livekit-agents would load (244 MB) into every process.
    os.environ.setdefault("LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE", "0")
    # LiteLLM is preloaded, and would ask the internet for a price list.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    try:
        _set_up_logging(LogSettings())
        voice = VoiceSettings()
        kit = Kit(SecretSettings().secret_key, ModelSettings())
        role = _host(kit, voice) if arguments == [names.HOST] else _briefer(kit)
        server = VoiceServer(role, kit, LiveKitSettings(), voice)
    except ValidationError as error:
        sys.stderr.write(explain(error) + "\n")
        return 2
    except Refused as error:
        sys.stderr.write(f"VOICE_HOLD_AUDIO: {error}\n")
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


def _host(kit: Kit, settings: VoiceSettings) -> Role:
    clip = hold_clip(settings.hold_audio)
    lines = HoldLines(timedelta(seconds=settings.hold_lines_every_s))
    if lines.every:
        _speak(lines, settings.hold_message, kit.models)
    return Role(
        name=names.HOST,
        order=HostOrder,
        job=functools.partial(host.keep_company, kit),
        warm_up=functools.partial(host.warm_up, clip, lines),
        preload=("voice.host", "voice.trust"),
        subscribes=True,
        answers=True,
    )


def _speak(lines: HoldLines, message: str, models: ModelSettings) -> None:
    """Have espeak-ng say the lines, in milliseconds, and the model after it: no host waits for it.

    Job processes that are started before the model has said them all speak with espeak-ng's voice.
    """
    asyncio.run(lines.speak(EspeakSpeech(), message))
    if models.tts_model:
        model = LiteLLMSpeech(models.tts_model, models.tts_voice, NO_HURRY)
        saying = lines.speak(model, message)
        threading.Thread(target=asyncio.run, args=(saying,), daemon=True).start()


def _briefer(kit: Kit) -> Role:
    return Role(
        name=names.BRIEFER,
        order=BriefingOrder,
        job=functools.partial(briefer.brief, kit),
        warm_up=briefer.warm_up,
        preload=("voice.briefer", "voice.trust", *(["litellm"] if kit.models.tts_model else [])),
    )


async def _serve(server: VoiceServer) -> None:
    stop = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(told, stop.set)
    await server.run_until(stop)
