"""A robot's ears: every frame of every remote track in every room it sits in, and all else it gets.

Asked afterwards they say who was heard and when, by track and by pilot tone, and how long silence
lasted. Times are `time.monotonic()` seconds, the same on every process of one machine.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from livekit import rtc

from robots.received import Received, listen
from robots.sound import SLICE_S, Heard, Span, Track, joined
from robots.voice import SAMPLE_RATE

Which = Callable[[Track], bool]


def anybody(_track: Track) -> bool:
    """Every track counts."""
    return True


def of(*identities: str, room: str = "") -> Which:
    """Only tracks of these people, each by identity or its beginning (`host`), in that room."""
    return lambda track: track.who.startswith(identities) and room in ("", track.room)


@dataclass(frozen=True)
class Silence(Span):
    """The longest run of 10 ms slices in which nobody of interest was above the threshold."""


class Ears:
    """Records from `listen_in` on; nothing is thrown away before the robot is."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self.received: list[Received] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def listen_in(self, room: rtc.Room, name: str) -> Callable[[], None]:
        """Record what reaches this connection; call before it connects, the answer when it has."""
        present = listen(room, name, self.received.append)

        def subscribed(track: rtc.Track, _pub: object, who: rtc.RemoteParticipant) -> None:
            if isinstance(track, rtc.RemoteAudioTrack):
                kept = Track(name, who.identity, track.sid)
                self.tracks.append(kept)
                self._tasks[track.sid] = asyncio.create_task(_record(track, kept))

        def unsubscribed(track: rtc.Track | None, pub: object, who: object) -> None:
            if track and (task := self._tasks.pop(track.sid, None)):
                task.cancel()

        room.on("track_subscribed", subscribed)
        room.on("track_unsubscribed", unsubscribed)
        return present

    async def close(self) -> None:
        """Stop recording; what was heard stays."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def of(self, which: Which = anybody) -> list[Track]:
        return [track for track in self.tracks if which(track)]

    def hears(self, who: str, within_s: float = 0.3, room: str = "") -> bool:
        """Somebody whose identity begins so is heard right now."""
        since = time.monotonic() - within_s
        return any((track.last_loud_at or 0) > since for track in self.of(of(who, room=room)))

    def heard(self, which: Which = anybody, within: Span | None = None) -> list[Heard]:
        """When each track was above the threshold, in order."""
        spans = [
            Heard(span.began, span.ended, track.room, track.who)
            for track in self.of(which)
            for span in track.loud()
        ]
        return _within(spans, within)

    def tones(self, which: Which = anybody, within: Span | None = None) -> list[Heard]:
        """When each robot's pilot tone was in a track, in order, whoever published it."""
        return _within([tone for track in self.of(which) for tone in track.tones()], within)

    def first(self, which: Which, after: float = 0) -> float | None:
        """When a voice was first heard at or after a time."""
        spans = self.heard(which, Span(after, float("inf")))
        return max(spans[0].began, after) if spans else None

    def last(self, which: Which, before: float = float("inf")) -> float | None:
        """When a voice was last heard at or before a time."""
        spans = self.heard(which, Span(0, before))
        return min(max(span.ended for span in spans), before) if spans else None

    def silence(self, within: Span, which: Which = anybody) -> Silence:
        """The longest run without any of those voices; under 10 ms counts as none."""
        edges = [Span(0, within.began), Span(within.ended, float("inf"))]
        spans = list(joined([*self.heard(which, within), *edges], 0))
        gaps = [Silence(one.ended, two.began) for one, two in pairwise(spans)]
        none = Silence(within.began, within.began)
        longest = max(gaps, key=lambda gap: gap.lasts_s, default=none)
        return longest if longest.lasts_s >= SLICE_S else Silence(longest.began, longest.began)

    def anything_from(self, room: str) -> list[Received]:
        """All that came from a room but for who is there; sound counts from subscription on."""
        return [
            one
            for one in self.received
            if one.room == room and one.kind not in ("person", "gone", "track")
        ]


def _within(spans: Iterable[Heard], within: Span | None) -> list[Heard]:
    window = within or Span(0, float("inf"))
    inside = [one for one in spans if one.ended > window.began and one.began < window.ended]
    return sorted(inside, key=lambda one: one.began)


async def _record(track: rtc.RemoteAudioTrack, kept: Track) -> None:
    stream = rtc.AudioStream.from_track(
        track=track, sample_rate=SAMPLE_RATE, num_channels=1, frame_size_ms=20
    )
    try:
        async for event in stream:
            samples = np.frombuffer(event.frame.data, np.int16).copy()
            kept.add(time.monotonic(), samples)
    finally:
        await stream.aclose()
