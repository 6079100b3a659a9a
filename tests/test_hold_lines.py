"""What a waiting caller is told, sample by sample."""

import logging
from datetime import timedelta

import numpy as np
import pytest

from adapters.speech import EspeakSpeech
from domain.errors import Unreachable
from domain.ports import Audio
from domain.sentences import ON_HOLD
from domain.voice import Wait
from voice.hold_lines import RAMP, UNDER, Announcer, HoldLines
from voice.track import SAMPLE_RATE, Samples

EVERY_S = 24
FIRST = 8 * SAMPLE_RATE
CHUNK = SAMPLE_RATE // 20
LOUDEST = np.full(CHUNK, 32_767, dtype=np.int16)


class Hum:
    """A voice that hums at full volume, longer with each line, and notes what it was to say."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def say(self, text: str) -> Audio:
        self.asked.append(text)
        times = np.arange(len(self.asked) * SAMPLE_RATE) / SAMPLE_RATE
        hum = (np.sin(2 * np.pi * 200 * times) * 32_767).astype("<i2")
        return Audio(hum.tobytes(), SAMPLE_RATE)


class Mute:
    """A voice that answers with silence."""

    async def say(self, text: str) -> Audio:
        return Audio(bytes(SAMPLE_RATE), SAMPLE_RATE)


class Broken:
    """A voice that fails in the middle."""

    def __init__(self) -> None:
        self.asked = 0

    async def say(self, text: str) -> Audio:
        self.asked += 1
        if self.asked == 2:
            raise Unreachable(f"could not say {text}")
        return await Hum().say(text)


async def _hummed() -> HoldLines:
    lines = HoldLines(timedelta(seconds=EVERY_S))
    await lines.speak(Hum())
    return lines


def _played(announcer: Announcer, chunks: int, position: int = 0) -> Samples:
    """Play that much of the loudest music there can be."""
    return np.concatenate(
        [announcer.over(LOUDEST, position + n * CHUNK) for n in range(chunks)], dtype=np.int16
    )


async def test_the_first_line_comes_after_some_seconds_and_the_next_after_three_times_as_many() -> (
    None
):
    lines = await _hummed()
    announcer = Announcer(lines, lambda: Wait.UNANSWERED)
    announcer.begin(0)
    changed = np.flatnonzero(_played(announcer, 20 * 40) != LOUDEST[0])
    begins = changed[np.r_[True, np.diff(changed) > SAMPLE_RATE]]
    expected = (FIRST, FIRST + EVERY_S * SAMPLE_RATE)
    assert len(begins) == 2
    assert np.abs(begins - expected).max() <= 2
    lasts = len(lines.samples[Wait.UNANSWERED])
    assert abs(changed[changed < begins[1]][-1] - (FIRST + lasts)) <= 2


async def test_a_line_is_chosen_by_what_is_true_when_it_is_due() -> None:
    lines = await _hummed()
    truth = Wait.UNANSWERED
    announcer = Announcer(lines, lambda: truth)
    announcer.begin(0)
    heard = []
    for position in range(0, 50 * SAMPLE_RATE, CHUNK):
        truth = Wait.AGENTS_TALK if position > 20 * SAMPLE_RATE else Wait.UNANSWERED
        if (announcer.over(LOUDEST, position) != LOUDEST).any():
            heard.append(position)
    seconds = {wait: len(lines.samples[wait]) / SAMPLE_RATE for wait in Wait}
    gap = next(n for n in range(1, len(heard)) if heard[n] - heard[n - 1] > SAMPLE_RATE)
    assert gap == pytest.approx(seconds[Wait.UNANSWERED] * 20, abs=1)
    assert len(heard) - gap == pytest.approx(seconds[Wait.AGENTS_TALK] * 20, abs=1)


async def test_music_goes_on_under_a_line_softly_and_nothing_is_clipped() -> None:
    lines = await _hummed()
    announcer = Announcer(lines, lambda: Wait.AGENTS_TALK)
    announcer.begin(0)
    line = lines.samples[Wait.AGENTS_TALK]
    heard = _played(announcer, 20 * 20)[FIRST : FIRST + len(line)].astype(np.int64)
    assert np.abs(heard[RAMP:-RAMP]).max() < 32_700
    music = heard - line
    assert music.min() >= 32_767 * UNDER - 2
    assert np.abs(np.diff(music)).max() <= 32_767 / RAMP + 2
    assert abs(int(line[RAMP])) < 50
    assert abs(int(line[-RAMP - 1])) < 50


async def test_a_line_that_was_cut_short_in_the_buffer_goes_on_where_it_was_heard_last() -> None:
    lines = await _hummed()
    one, other = (Announcer(lines, lambda: Wait.AGENTS_TALK) for _ in range(2))
    one.begin(0)
    other.begin(0)
    whole = _played(one, 20 * 10)
    _played(other, 20 * 9)
    again = _played(other, 20 * 2, position=8 * SAMPLE_RATE)
    assert (again == whole[8 * SAMPLE_RATE :]).all()


async def test_music_that_begins_anew_begins_without_a_line() -> None:
    announcer = Announcer(await _hummed(), lambda: Wait.AGENTS_TALK)
    announcer.begin(0)
    _played(announcer, 20 * 9)
    announcer.begin(9 * SAMPLE_RATE)
    assert (_played(announcer, 20 * 7, position=9 * SAMPLE_RATE) == LOUDEST[0]).all()


async def test_music_that_was_stopped_as_a_line_began_in_the_buffer_begins_without_it() -> None:
    announcer = Announcer(await _hummed(), lambda: Wait.AGENTS_TALK)
    announcer.begin(0)
    _played(announcer, 20 * 8 + 4)
    announcer.begin(FIRST - 4 * CHUNK)
    assert (_played(announcer, 20 * 7, position=FIRST - 4 * CHUNK) == LOUDEST[0]).all()


async def test_every_reason_to_wait_has_a_line_and_ones_own_message_comes_after_it() -> None:
    voice = Hum()
    lines = HoldLines(timedelta(seconds=EVERY_S))
    await lines.speak(voice, "We open at nine.")
    assert set(lines.samples) == set(Wait)
    assert voice.asked == [f"{ON_HOLD[wait]} We open at nine." for wait in lines.samples]


@pytest.mark.parametrize("voice", [Broken(), Mute()], ids=["broken", "mute"])
async def test_a_voice_that_fails_leaves_just_music_and_is_logged_once(
    voice: Broken | Mute, caplog: pytest.LogCaptureFixture
) -> None:
    lines = HoldLines(timedelta(seconds=EVERY_S))
    with caplog.at_level(logging.WARNING):
        await lines.speak(voice)
    announcer = Announcer(lines, lambda: Wait.UNANSWERED)
    announcer.begin(0)
    assert (_played(announcer, 20 * 60) == LOUDEST[0]).all()
    assert [record.message for record in caplog.records] == ["hold lines not spoken"]
    assert "connected" not in str(vars(caplog.records[0]))


async def test_a_voice_that_fails_leaves_the_lines_of_the_one_before() -> None:
    lines = await _hummed()
    before = lines.samples
    await lines.speak(Broken())
    assert lines.samples is before


async def test_espeak_says_every_line_in_a_few_seconds() -> None:
    lines = HoldLines(timedelta(seconds=EVERY_S))
    await lines.speak(EspeakSpeech())
    for line in lines.samples.values():
        assert 3 < len(line) / SAMPLE_RATE < 10
        assert 1_500 < np.sqrt((line[RAMP:-RAMP].astype(float) ** 2).mean()) < 4_000
