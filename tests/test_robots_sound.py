"""What robots say about sound is true to a hundredth of a second, however busy the machine was."""

import numpy as np
import pytest

from robots.ears import Ears, of
from robots.espeak import Pcm
from robots.sound import Span, Track, joined
from robots.voice import SAMPLE_RATE, TONES

FRAME = SAMPLE_RATE // 50


def sine(hertz: int, seconds: float, level: float = 0.1) -> Pcm:
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sound: Pcm = (np.sin(2 * np.pi * hertz * at) * level * 32767).astype(np.int16)
    return sound


def track(sound: Pcm, arrivals: list[float] | None = None) -> Track:
    made = Track("room", "agt_a", "TR_1")
    for number, frame in enumerate(sound.reshape(-1, FRAME)):
        made.add(arrivals[number] if arrivals else (number + 1) * 0.02, frame)
    return made


def ears(*tracks: Track) -> Ears:
    made = Ears()
    made.tracks += tracks
    return made


def test_frames_that_queued_while_the_machine_was_busy_are_no_silence() -> None:
    arrivals = [(n + 1) * 0.02 if not 50 <= n < 65 else 1.32 for n in range(150)]
    heard = ears(track(sine(TONES["a"], 3), arrivals))
    assert heard.silence(Span(0.5, 2.5)).lasts_s == 0


def test_a_pause_is_as_long_as_it_was() -> None:
    arrivals = [(n + 1) * 0.02 + (0.25 if n >= 75 else 0) for n in range(150)]
    silence = ears(track(sine(TONES["a"], 3), arrivals)).silence(Span(0.5, 2.5))
    assert silence.lasts_s == pytest.approx(0.25, abs=0.011)
    assert silence.began == pytest.approx(1.5, abs=0.011)


def test_quiet_within_a_track_is_silence_too() -> None:
    sound = np.concatenate([sine(TONES["a"], 1), np.zeros(SAMPLE_RATE // 2, np.int16)])
    heard = ears(track(np.concatenate([sound, sine(TONES["a"], 1)])))
    assert heard.silence(Span(0, 2.5)).lasts_s == pytest.approx(0.5, abs=0.011)
    assert heard.last(of("agt_a"), 1.2) == pytest.approx(1, abs=0.011)
    assert heard.first(of("agt_a"), 1.2) == pytest.approx(1.5, abs=0.011)


def test_nobody_of_interest_is_silence_from_edge_to_edge() -> None:
    heard = ears(track(sine(TONES["a"], 2)))
    assert heard.silence(Span(0.5, 1.5), of("host")).lasts_s == pytest.approx(1)


@pytest.mark.parametrize("tone", TONES)
def test_every_robot_is_known_by_its_tone_and_by_no_other(tone: str) -> None:
    assert {one.tone for one in track(sine(TONES[tone], 1)).tones()} == {tone}


def test_a_word_of_forty_milliseconds_is_not_missed() -> None:
    sound = sine(TONES["a"], 1)
    word = slice(SAMPLE_RATE // 2, SAMPLE_RATE // 2 + 2 * FRAME)
    sound[word] = sine(TONES["a-private"], 0.04)
    (leak,) = [one for one in track(sound).tones() if one.tone == "a-private"]
    assert leak.began <= 0.5
    assert leak.ended >= 0.54


@pytest.mark.parametrize(("lasts_s", "leaks"), [(0.015, False), (0.04, True)])
def test_a_track_may_begin_with_half_a_packet_from_before(lasts_s: float, *, leaks: bool) -> None:
    sound = sine(TONES["a"], 1)
    rest = sine(TONES["a-private"], lasts_s)
    sound[: len(rest)] = rest
    assert ("a-private" in {one.tone for one in track(sound).tones()}) is leaks


def test_spans_that_touch_are_one() -> None:
    spans = [Span(2, 3), Span(0, 1), Span(1.005, 2)]
    assert list(joined(spans)) == [Span(0, 3)]
