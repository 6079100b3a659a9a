"""A body in a process of its own, so that it can vanish: a client killed with -9 says no goodbye.

Inside one process that can't be played: the media library keeps its connections until the end.
"""

import asyncio
import sys
from typing import Self

from pydantic import TypeAdapter

from robots.ears import Ears
from robots.place import Place
from robots.views import Seat
from robots.voice import Voice

SEATS = TypeAdapter(list[Seat])
SEATED = b"seated"
START_WITHIN_S = 15.0


class Outside:
    """Somebody sitting in rooms from another process; speaks wherever the seats allow it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def sit(cls, *seats: Seat, tone: str) -> Self:
        """Take these seats with that voice; returns once it is there, and heard if it may be."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "robots", "sit", tone),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdin
        assert process.stdout
        process.stdin.write(SEATS.dump_json(list(seats)) + b"\n")
        async with asyncio.timeout(START_WITHIN_S):
            while SEATED not in (line := await process.stdout.readline()):
                if not line:
                    raise RuntimeError("the body outside ended before it sat down")
        return cls(process)

    async def kill(self) -> None:
        """Vanish, without a goodbye to anybody."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def leave(self) -> None:
        """Say goodbye and go."""
        if self.process.stdin:
            self.process.stdin.close()
        await self.process.wait()


async def sit(tone: str) -> None:
    """Be that body: seats on stdin, a goodbye when stdin closes."""
    seats = SEATS.validate_json(await asyncio.to_thread(sys.stdin.readline))
    voice, ears = Voice(tone), Ears()
    places = [Place(seat, voice, ears) for seat in seats]
    await asyncio.gather(*(place.join() for place in places))
    await asyncio.gather(*(place.is_subscribed() for place in places))
    sys.stdout.write(f"{SEATED.decode()}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await asyncio.gather(*(place.leave() for place in places))
