"""`Speech`: espeak-ng always, and any LiteLLM speech model in front of it."""

import asyncio
import logging
import time
import unicodedata
from datetime import timedelta

from adapters.espeak import espeak
from adapters.litellm_import import litellm
from adapters.sound import decoded
from domain.briefing import MOST_TEXT
from domain.errors import PortError, Unreachable
from domain.ports import Audio, Speech
from domain.settings import ModelSettings

log = logging.getLogger(__name__)

MODEL_SAMPLE_RATE = 24_000
WITHIN = timedelta(seconds=5)
"""How long a speech model may take for one sentence, all included."""
REST = timedelta(seconds=60)
"""How long a speech model that failed isn't asked again, so that one voice says a briefing."""


def speakable(text: str) -> str:
    """Cut a text to what may be spoken: no control characters, `MOST_TEXT` at most."""
    kept = (_heard(character) for character in text)
    return "".join(kept).strip()[:MOST_TEXT]


def _heard(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in {"Cc", "Cs", "Co"} else character


class EspeakSpeech:
    """espeak-ng: milliseconds a sentence, any language it knows, no key."""

    def __init__(self, voice: str = "en-us", words_per_minute: int = 165) -> None:
        self._voice = voice
        self._words_per_minute = words_per_minute

    async def say(self, text: str) -> Audio:
        """Speak a text of at most `MOST_TEXT` characters; what is longer is cut."""
        return await asyncio.to_thread(self._say, speakable(text))

    def _say(self, text: str) -> Audio:
        synth = espeak()
        pcm = synth.synthesise(text, voice=self._voice, words_per_minute=self._words_per_minute)
        return Audio(pcm, synth.sample_rate)


class LiteLLMSpeech:
    """Any speech model LiteLLM knows, e.g. `openai/gpt-4o-mini-tts`, under the vendor's own key."""

    def __init__(self, model: str, voice: str, within: timedelta = WITHIN) -> None:
        self._model = model
        self._voice = voice
        self._within = within

    async def say(self, text: str) -> Audio:
        """Speak a text of at most `MOST_TEXT` characters.

        Raises:
            Unreachable: no sound in time, for whatever reason.
        """
        try:
            # LiteLLM's own timeout does not end a reply that trickles in.
            async with asyncio.timeout(self._within.total_seconds()):
                sound = await self._ask(speakable(text))
                return await asyncio.to_thread(decoded, sound, MODEL_SAMPLE_RATE)
        except PortError:
            raise
        except Exception as error:
            # LiteLLM wraps every vendor's errors in its own; their text may quote the sentence.
            raise Unreachable("The speech model gave no sound") from error

    async def _ask(self, text: str) -> bytes:
        vendor = await litellm()
        answer = await vendor.aspeech(
            model=self._model, voice=self._voice, input=text, response_format="wav", max_retries=0
        )
        sound: bytes = answer.content
        return sound


class SpeechWithSpare:
    """Speaks with one voice, and with the other one for a while after the first has failed."""

    def __init__(self, first: Speech, spare: Speech) -> None:
        self._first = first
        self._spare = spare
        self._resting_until_s = 0.0

    async def say(self, text: str) -> Audio:
        """Speak a text, as well as can be done now."""
        if time.monotonic() >= self._resting_until_s:
            try:
                return await self._first.say(text)
            except PortError as error:
                self._resting_until_s = time.monotonic() + REST.total_seconds()
                log.warning(
                    "speech model failed, using espeak-ng",
                    extra={"error": type(error.__cause__ or error).__name__},
                )
        return await self._spare.say(text)


def make_speech(settings: ModelSettings) -> Speech:
    """Choose the voice: the model of TTS_MODEL with espeak-ng as its spare, or espeak-ng."""
    if not settings.tts_model:
        return EspeakSpeech()
    return SpeechWithSpare(LiteLLMSpeech(settings.tts_model, settings.tts_voice), EspeakSpeech())
