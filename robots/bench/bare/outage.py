"""Bare yardstick: when two clients in a room didn't hear each other, until stdin ends, as JSON."""

import asyncio
import json
import sys
import time
from contextlib import suppress

from livekit import api, rtc

RATE, FRAME, LOUD, PAUSE_S, AGAIN_S = 16_000, 320, 100, 0.25, 0.05
TONE = (b"\x00\x10" * 20 + b"\x00\xf0" * 20) * (FRAME // 40)


async def speak(room: rtc.Room) -> None:
    source = rtc.AudioSource(RATE, 1)
    track = rtc.LocalAudioTrack.create_audio_track("tone", source)
    await room.local_participant.publish_track(track)
    while room.isconnected():
        await source.capture_frame(rtc.AudioFrame(TONE, RATE, 1, FRAME))


async def stay(url: str, token: str, gaps: list[tuple[float, float]]) -> None:
    heard = [0.0]

    async def hear(track: rtc.Track) -> None:
        async for event in rtc.AudioStream.from_track(track=track, sample_rate=RATE):
            if max(event.frame.data) > LOUD:
                before, heard[0] = heard[0], time.monotonic()
                if before and heard[0] - before > PAUSE_S:
                    gaps.append((before, heard[0]))

    while True:
        room, gone = rtc.Room(), asyncio.Event()
        room.on("track_subscribed", lambda track, *_: asyncio.ensure_future(hear(track)))
        room.on("disconnected", lambda *_, gone=gone: gone.set())
        with suppress(rtc.ConnectError):
            await room.connect(url, token)
            speaking = asyncio.ensure_future(speak(room))
            await gone.wait()
            speaking.cancel()
        await asyncio.sleep(AGAIN_S)


async def main(url: str, *keys: str) -> None:
    gaps: list[tuple[float, float]] = []
    async with api.LiveKitAPI(url.replace("ws", "http", 1), *keys) as lk:
        grants = api.VideoGrants(room_join=True, room="bare")
        token = api.AccessToken(*keys).with_grants(grants)
        jwts = [token.with_identity(who).to_jwt() for who in "ab"]
        tasks = [asyncio.ensure_future(stay(url, jwt, gaps)) for jwt in jwts]
        ended = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
        while tasks and not ended.done():
            with suppress(Exception):
                await lk.room.create_room(api.CreateRoomRequest(name="bare"))
            await asyncio.sleep(AGAIN_S)
        print(json.dumps(gaps), flush=True)  # noqa: T201


asyncio.run(main(*sys.argv[1:]))
