"""Whether people's microphones are alive: one that sends nothing belongs to a client that died.

A client that was killed is listed by LiveKit 1.13.5 for 21 s more, microphone and all, and its
connection is called lost after 12 s (both measured). Its packets end at once, while somebody who
is silent sends two to five a second; so what is counted is packets.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from datetime import timedelta

from livekit import rtc

log = logging.getLogger(__name__)

EVERY = timedelta(milliseconds=250)
LOST = timedelta(milliseconds=1500)
"""Longer than any pause between packets of a living client, and short enough to be in time."""
NEVER_THERE = timedelta(milliseconds=800)
"""The same for the first packet: who was dead before the host came has been silent for longer."""
ANSWER = timedelta(seconds=1)

Microphones = Iterable[rtc.RemoteTrackPublication]


class Pulse:
    """Feels for a sign of life of each microphone, and tells when one dies or is back."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._packets: dict[str, int] = {}
        self._felt_s: dict[str, float] = {}
        self._dead: set[str] = set()

    def beats(self, microphone: rtc.RemoteTrackPublication) -> bool:
        """Tell whether the client behind a microphone is alive, as far as is known."""
        return microphone.sid not in self._dead

    async def feel(self, microphones: Callable[[], Microphones]) -> None:
        """Listen to these microphones, whichever they are at the moment, until cancelled."""
        while True:
            for microphone in list(microphones()):
                await self._feel(microphone)
            await asyncio.sleep(EVERY.total_seconds())

    async def _feel(self, microphone: rtc.RemoteTrackPublication) -> None:
        sid = microphone.sid
        if sid not in self._felt_s:
            microphone.set_subscribed(True)
        before, packets = self._packets.get(sid), await _packets(microphone)
        if packets is None or packets != before or microphone.muted:
            self._felt_s[sid] = time.monotonic()
        if packets is not None:
            self._packets[sid] = packets
        patience = LOST if packets else NEVER_THERE
        is_dead = time.monotonic() - self._felt_s[sid] > patience.total_seconds()
        if is_dead is (sid in self._dead):
            return
        log.info("microphone", extra={"track": sid, "alive": not is_dead})
        (self._dead.add if is_dead else self._dead.discard)(sid)
        self._changed()


async def _packets(microphone: rtc.RemoteTrackPublication) -> int | None:
    """Count the packets that a microphone has sent us; None: there is no telling."""
    if microphone.track is None:
        return None
    try:
        async with asyncio.timeout(ANSWER.total_seconds()):
            stats = await microphone.track.get_stats()
    except Exception as error:  # the SDK raises no other type than this
        log.info("no figures of a microphone", extra={"error": type(error).__name__})
        return None
    return sum(one.inbound_rtp.received.packets_received for one in stats)
