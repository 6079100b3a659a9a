"""Bare yardstick: from one permission change until both hear each other, in ms, as JSON."""

import asyncio
import json
import sys
import time

from livekit import api, rtc

RATE, FRAME, LOUD, SEATED_S = 16_000, 320, 100, 1.0
Heard = asyncio.Future[float]
TONE = (b"\x00\x10" * 20 + b"\x00\xf0" * 20) * (FRAME // 40)


async def speak(room: rtc.Room) -> None:
    source = rtc.AudioSource(RATE, 1)
    track = rtc.LocalAudioTrack.create_audio_track("tone", source)
    await room.local_participant.publish_track(track)
    while room.isconnected():  # a frame under way at Python's end would be a panic of the SDK
        await source.capture_frame(rtc.AudioFrame(TONE, RATE, 1, FRAME))


async def join(url: str, token: api.AccessToken, may: bool) -> tuple[rtc.Room, Heard]:
    room, heard = rtc.Room(), Heard()

    async def hear(track: rtc.Track) -> None:
        async for event in rtc.AudioStream.from_track(track=track, sample_rate=RATE):
            if max(event.frame.data) > LOUD and not heard.done():
                heard.set_result(time.monotonic())

    room.on("track_subscribed", lambda track, *_: asyncio.ensure_future(hear(track)))
    grants = api.VideoGrants(room_join=True, room="bare", can_publish=may, can_subscribe=may)
    grants.hidden = not may
    await room.connect(url, token.with_grants(grants).to_jwt())
    return room, heard


async def once(lk: api.LiveKitAPI, url: str, *key: str) -> float:
    await lk.room.create_room(api.CreateRoomRequest(name="bare"))
    agent, agent_hears = await join(url, api.AccessToken(*key).with_identity("a"), True)
    speaking = [asyncio.ensure_future(speak(agent))]
    caller, caller_hears = await join(url, api.AccessToken(*key).with_identity("c"), False)
    allowed = lambda *_: speaking.append(asyncio.ensure_future(speak(caller)))  # noqa: E731
    caller.once("participant_permissions_changed", allowed)
    change = api.UpdateParticipantRequest(room="bare", identity="c")
    change.permission.can_publish = change.permission.can_subscribe = True
    await asyncio.sleep(SEATED_S)
    began = time.monotonic()
    await lk.room.update_participant(change)
    both = max(await asyncio.wait_for(asyncio.gather(agent_hears, caller_hears), 10))
    await asyncio.gather(agent.disconnect(), caller.disconnect(), *speaking)
    return (both - began) * 1000


async def main(url: str, key: str, secret: str, rounds: str) -> None:
    async with api.LiveKitAPI(url.replace("ws", "http", 1), key, secret) as lk:
        json.dump([await once(lk, url, key, secret) for _ in range(int(rounds))], sys.stdout)


asyncio.run(main(*sys.argv[1:]))
