"""The idle line that tells of a restarted media server at once."""

import asyncio

from adapters.livekit_line import LiveKitLine
from chaos.proxy import running_proxy
from robots.waiting import until

WITHIN_S = 5.0


async def test_a_line_that_broke_is_told_of_when_it_is_there_again_and_not_before() -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server, running_proxy(f"{host}:{port}") as proxy:
        line = LiveKitLine(f"ws://{proxy.address}")
        waiting = asyncio.create_task(line.restored())
        for _ in range(2):
            await until(lambda: proxy.links, WITHIN_S, "the line")
            await proxy.refuse()
            await until(lambda: not proxy.links, WITHIN_S, "the line to break")
            assert not waiting.done()
            await proxy.pass_on()
            await asyncio.wait_for(waiting, WITHIN_S)
            waiting = asyncio.create_task(line.restored())
        waiting.cancel()
        await line.close()
