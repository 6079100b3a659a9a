"""Every text in which something private could be read: logs, LiveKit's lists, all of Temporal."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from google.protobuf.json_format import MessageToJson
from livekit import api as livekit
from temporalio.client import Client

from robots.scene import Scene
from stack.local import LocalStack

LOOK_EVERY_S = 0.2
# Shorter ones hold no canary.
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{20,}")
LAYERS = 3


def laid_open(text: str) -> str:
    """A text, and whatever in it reads as base64, and what is in that again.

    Payloads are bytes in a history, base64 where it is shown as JSON, and may hold base64 again.
    """
    layers = [text]
    for _ in range(LAYERS):
        runs = BASE64.findall(layers[-1].translate(str.maketrans("-_", "+/")))
        # Wherever it begins within a run: every fourth character is as good.
        layers.append("\n".join(_decoded(run[start:]) for run in runs for start in range(4)))
    return "\n".join(layers)


def _decoded(run: str) -> str:
    return base64.b64decode(run + "A" * (-len(run) % 4)).decode("latin-1")


def logs(stack: LocalStack) -> dict[str, str]:
    return {log.name: log.read_text(errors="replace") for log in stack.logs.iterdir()}


async def histories(stack: LocalStack, scene: Scene) -> dict[str, str]:
    """The call's and the transfer's, as the bytes that Temporal keeps."""
    client = await Client.connect(stack.env["TEMPORAL_ADDRESS"])
    found = {}
    for name in (f"call/{scene.call_id}", f"transfer/{scene.transfer_id}"):
        handle = client.get_workflow_handle(name)
        raw = [event.SerializeToString() async for event in handle.fetch_history_events()]
        shown = (await handle.describe()).raw_description.SerializeToString()
        found[f"history of {name}"] = b"".join([*raw, shown]).decode("latin-1")
    return found


def database(stack: LocalStack) -> dict[str, str]:
    """Everything that Temporal keeps: histories, search attributes, task queues."""
    found = {}
    for file in stack.data.glob("temporal.db*"):
        with suppress(FileNotFoundError):  # a journal is there only while something is written
            found[file.name] = file.read_bytes().decode("latin-1")
    return found


@asynccontextmanager
async def listed(lk: livekit.LiveKitAPI) -> AsyncIterator[dict[str, str]]:
    """Everything LiveKit lists while the block runs: rooms, people, dispatches.

    Raises what kept it from looking to the end.
    """
    seen: dict[str, str] = {}
    looking = asyncio.create_task(_look(lk, seen))
    try:
        yield seen
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


async def _look(lk: livekit.LiveKitAPI, seen: dict[str, str]) -> None:
    while True:
        rooms = await lk.room.list_rooms(livekit.ListRoomsRequest())
        for room in rooms.rooms:
            asked = livekit.ListParticipantsRequest(room=room.name)
            people = await lk.room.list_participants(asked)
            jobs = await lk.agent_dispatch.list_dispatch(room.name)
            texts = [MessageToJson(one) for one in (room, *people.participants, *jobs)]
            for text in texts:
                seen.setdefault(text, "")
        await asyncio.sleep(LOOK_EVERY_S)
