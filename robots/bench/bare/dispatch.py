"""Bare yardstick: from the dispatch of `agent.py` until it is heard, in ms, as JSON."""

import asyncio
import json
import sys
import time

from livekit import api, rtc

RATE, LOUD = 16_000, 100
# The agent fills up its warm processes again.
REST_S = 1.5


async def once(lk: api.LiveKitAPI, url: str, *key: str) -> float:
    await lk.room.create_room(api.CreateRoomRequest(name="bare"))
    room, heard = rtc.Room(), asyncio.Future[float]()

    async def hear(track: rtc.Track) -> None:
        async for event in rtc.AudioStream.from_track(track=track, sample_rate=RATE):
            if max(event.frame.data) > LOUD and not heard.done():
                heard.set_result(time.monotonic())

    room.on("track_subscribed", lambda track, *_: asyncio.ensure_future(hear(track)))
    token = api.AccessToken(*key).with_identity("listener")
    grants = api.VideoGrants(room_join=True, room="bare")
    await room.connect(url, token.with_grants(grants).to_jwt())
    began = time.monotonic()
    order = api.CreateAgentDispatchRequest(agent_name="bare", room="bare")
    await lk.agent_dispatch.create_dispatch(order)
    took = await asyncio.wait_for(heard, 15) - began
    await room.disconnect()
    await lk.room.delete_room(api.DeleteRoomRequest(room="bare"))
    await asyncio.sleep(REST_S)
    return took * 1000


async def main(url: str, key: str, secret: str, rounds: str) -> None:
    async with api.LiveKitAPI(url.replace("ws", "http", 1), key, secret) as lk:
        json.dump([await once(lk, url, key, secret) for _ in range(int(rounds))], sys.stdout)


asyncio.run(main(*sys.argv[1:]))
