"""What can be spoken, and by whom."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import numpy as np
import pytest

from adapters.sound import decoded
from adapters.speech import (
    EspeakSpeech,
    LiteLLMSpeech,
    SpeechWithSpare,
    make_speech,
    speakable,
)
from domain.briefing import MOST_TEXT
from domain.errors import Refused, Unreachable
from domain.ports import Audio
from domain.settings import ModelSettings
from tests.speech_server import TONE_HZ, SpeechServer, running_speech_server, tone_file

FAMILY_AND_HEBREW = "👩‍👩‍👧 \u202bשלום\u202c"  # noqa: RUF001


def _seconds(audio: Audio) -> float:
    return len(audio.pcm) / 2 / audio.sample_rate


def _loudness(audio: Audio) -> float:
    samples = np.frombuffer(audio.pcm, dtype=np.int16).astype(float)
    return float(np.sqrt((samples**2).mean()))


def _pitch_hz(audio: Audio) -> float:
    samples = np.frombuffer(audio.pcm, dtype=np.int16)
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * audio.sample_rate / len(samples))


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SpeechServer]:
    async with running_speech_server() as moody:
        monkeypatch.setenv("OPENAI_BASE_URL", moody.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody")
        yield moody


def _model(within_s: float = 30) -> LiteLLMSpeech:
    return LiteLLMSpeech("openai/tts-1", "alloy", timedelta(seconds=within_s))


async def test_a_sentence_becomes_sound_without_any_key() -> None:
    audio = await EspeakSpeech().say("The caller wants to change a booking.")
    assert 1 < _seconds(audio) < 5
    assert _loudness(audio) > 500


async def test_many_may_speak_at_once() -> None:
    speech = EspeakSpeech()
    sentence = "One and the same sentence."
    alone = await speech.say(sentence)
    together = await asyncio.gather(*[speech.say(sentence) for _ in range(8)])
    # espeak-ng varies the length a little; a mix-up of two sentences would double it.
    assert all(abs(_seconds(audio) - _seconds(alone)) < 0.1 for audio in together)


async def test_an_unknown_voice_is_refused() -> None:
    with pytest.raises(Refused):
        await EspeakSpeech(voice="klingon-of-nowhere").say("Hello.")


@pytest.mark.parametrize("text", ["", "\x00\x07", "😀", "שלום, מה שלומך", "\ud800 alone"])
async def test_no_text_is_too_strange_to_be_spoken(text: str) -> None:
    assert (await EspeakSpeech().say(text)).sample_rate > 0


def test_what_is_spoken_keeps_emoji_and_right_to_left_but_no_control_characters() -> None:
    assert speakable("a\x00b\x1b[31m") == "ab[31m"
    assert speakable("one\ntwo\tthree") == "one two three"
    assert speakable(FAMILY_AND_HEBREW) == FAMILY_AND_HEBREW


def test_what_is_spoken_is_no_longer_than_a_sentence_may_be() -> None:
    assert len(speakable("word " * 1_000)) <= MOST_TEXT


async def test_a_model_of_litellm_speaks(server: SpeechServer) -> None:
    audio = await _model().say("Hello.\x00")
    assert abs(_pitch_hz(audio) - TONE_HZ) < 5
    assert server.asked[0]["input"] == "Hello."
    assert server.asked[0]["voice"] == "alloy"


async def test_a_model_that_trickles_is_given_up_in_time(server: SpeechServer) -> None:
    await _model().say("This one only brings LiteLLM in.")
    server.mood = "trickling"
    began_s = time.monotonic()
    with pytest.raises(Unreachable):
        await _model(within_s=1).say("Hello.")
    assert time.monotonic() - began_s < 3


async def test_espeak_speaks_where_the_model_fails_and_goes_on_speaking(
    server: SpeechServer,
) -> None:
    server.mood = "broken"
    speech = SpeechWithSpare(_model(), EspeakSpeech())
    first = await speech.say("The first sentence.")
    server.mood = "well"
    second = await speech.say("The second sentence.")
    espeaks = (await EspeakSpeech().say("x")).sample_rate
    assert (first.sample_rate, second.sample_rate) == (espeaks, espeaks)
    assert len(server.asked) == 1


def test_without_a_model_espeak_is_the_voice() -> None:
    assert isinstance(make_speech(ModelSettings(tts_model=None)), EspeakSpeech)


def test_a_sound_file_is_read_at_any_rate_and_what_is_none_is_refused() -> None:
    audio = decoded(tone_file(), 48_000)
    assert abs(_seconds(audio) - 0.5) < 0.05
    assert abs(_pitch_hz(audio) - TONE_HZ) < 5
    with pytest.raises(Refused):
        decoded(b"this is no sound", 48_000)
