"""What the bench counts of a process: descriptors that somebody else could have left behind."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from robots.bench.processes import descriptors

LISTENS = """
import socket, sys
kept = [socket.create_server(("127.0.0.1", 0))]
print(kept[0].getsockname()[1], flush=True)
for line in sys.stdin:
    if line == "speak to yourself\\n":
        kept.append(socket.create_connection(kept[0].getsockname()))
    kept.append(kept[0].accept()[0])
    print("done", flush=True)
"""


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """Run a process with a TCP server; it accepts one connection for every line it is told."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LISTENS, stdin=pipe, stdout=pipe
    )
    try:
        yield process, int(await told(process))
    finally:
        process.kill()
        await process.wait()


async def told(process: asyncio.subprocess.Process, line: str = "") -> bytes:
    assert process.stdin
    assert process.stdout
    process.stdin.write(line.encode())
    return await asyncio.wait_for(process.stdout.readline(), 10)


async def test_connections_of_a_process_with_itself_are_nobodys() -> None:
    async with listening() as (process, _):
        before = descriptors(process.pid)
        assert await told(process, "speak to yourself\n") == b"done\n"
        assert descriptors(process.pid) == before


async def test_connections_of_others_count() -> None:
    async with listening() as (process, port):
        before = descriptors(process.pid)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await told(process, "listen\n") == b"done\n"
        assert descriptors(process.pid) == before + 1
        writer.close()
