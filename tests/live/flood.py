"""A thousand calls in ten seconds from one address: `python -m tests.live.flood URL`.

A process of its own, as strangers are. Says when a third of them have called, and in the end, as
JSON, how many were answered with which status.
"""

import asyncio
import json
import sys
import time
from collections import Counter

import httpx

FLOOD, FLOOD_S = 1_000, 10.0
IN_SPATE = b"in spate\n"


async def flood(url: str) -> Counter[int]:
    """Call again and again, in the name that a proxy gives us."""
    headers = {"X-Forwarded-For": "198.51.100.66"}
    began = time.monotonic()
    limits = httpx.Limits(max_connections=None)  # strangers don't wait for one another
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, limits=limits) as http:

        async def call(number: int) -> int:
            await asyncio.sleep(began + number * FLOOD_S / FLOOD - time.monotonic())
            if number == FLOOD // 3:
                sys.stdout.buffer.write(IN_SPATE)
                sys.stdout.flush()
            answer = await http.post("/v1/calls", json={"caller_name": "Mallory"})
            if answer.status_code != httpx.codes.CREATED:
                assert 1 <= int(answer.headers["retry-after"]) <= 60
            return answer.status_code

        return Counter(await asyncio.gather(*map(call, range(FLOOD))))


if __name__ == "__main__":
    json.dump(asyncio.run(flood(sys.argv[1])), sys.stdout)
