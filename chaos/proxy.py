"""A TCP proxy that fails on demand, as networks and the machines behind them do.

async with running_proxy("127.0.0.1:7233") as proxy:
    proxy.hold()           # nothing gets through, and nobody learns of it
    await proxy.pass_on()  # and now it does, in order
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable

from chaos.twice import Request, say_again

CHUNK = 65_536


class Proxy:
    """Stands between a part and a server; it passes everything on until told otherwise."""

    def __init__(self, target: str) -> None:
        """Reserve a port of ours; `target` is the server's `host:port`."""
        host, _, port = target.rpartition(":")
        self._target = host, int(port)
        # Bound and never listening, it keeps the port ours while connections are refused.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._reserved.bind(("127.0.0.1", 0))
        self.port: int = self._reserved.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._asking, self._answering = asyncio.Event(), asyncio.Event()
        self._loses = self._doubles = False
        self._late_s = 0.0
        self._words = b""
        self._said = asyncio.Event()
        self._links: set[asyncio.Task[None]] = set()
        self._repeats: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Where the part should think that the server is."""
        return f"127.0.0.1:{self.port}"

    @property
    def links(self) -> int:
        """How many connections are open."""
        return len(self._links)

    async def pass_on(self) -> None:
        """Let everything through: what was held arrives, links that lost something are cut."""
        if self._loses:
            self.cut()
        self._loses = self._doubles = False
        self._late_s = 0.0
        self._asking.set()
        self._answering.set()
        if self._server is None:
            self._server = await asyncio.start_server(
                self._accept, "127.0.0.1", self.port, reuse_port=True
            )

    def hold_answers(self) -> None:
        """Let requests through, and keep what the server says to them."""
        self._asking.set()
        self._answering.clear()

    def hold(self) -> None:
        """Let nothing through, either way; connections stay open, new ones are accepted."""
        self._asking.clear()
        self._answering.clear()

    def hold_at(self, words: bytes) -> asyncio.Event:
        """Do as `hold` does once somebody says this (in one piece); the event tells when."""
        self._words, self._said = words, asyncio.Event()
        return self._said

    def lose_answers(self) -> None:
        """Do as `hold_answers` does, but they are lost: whoever asked will ask again."""
        self.hold_answers()
        self._loses = True

    def delay(self, seconds: float) -> None:
        """Have everything take so much longer, each way."""
        self._late_s = seconds

    def double(self) -> None:
        """Have the server get each HTTP/1.1 POST twice; the second answer goes nowhere."""
        self._doubles = True

    def swallow(self) -> None:
        """Do as `hold` does, but what is sent meanwhile is lost."""
        self.hold()
        self._loses = True

    def cut(self) -> None:
        """Reset every open connection; new ones are treated as before."""
        for link in self._links:
            link.cancel()

    async def refuse(self) -> None:
        """Cut every connection and refuse new ones, as a machine does where nobody listens."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()

    async def close(self) -> None:
        """Let go of everything."""
        await self.refuse()
        await asyncio.gather(*self._links, *self._repeats, return_exceptions=True)
        self._reserved.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.create_task(self._link(reader, writer))
        self._links.add(link)
        link.add_done_callback(self._links.discard)

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            await self._asking.wait()
            with contextlib.suppress(OSError):
                there, to_there = await asyncio.open_connection(*self._target)
                ends.append(to_there)
                await asyncio.gather(
                    self._pump(reader, to_there, self._asking, self._repeater()),
                    self._pump(there, writer, self._answering),
                )
        except asyncio.CancelledError:
            for end in ends:
                _reset_on_close(end)
        finally:
            for end in ends:
                end.transport.abort()
            await asyncio.gather(*(end.wait_closed() for end in ends), return_exceptions=True)

    async def _pump(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        gate: asyncio.Event,
        heed: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        while chunk := await source.read(CHUNK):
            if self._words and self._words in chunk:
                self._words = b""
                self.hold()
                self._said.set()
            if self._late_s:
                await asyncio.sleep(self._late_s)
            await gate.wait()
            sink.write(chunk)
            await sink.drain()
            heed(chunk)
        sink.write_eof()

    def _repeater(self) -> Callable[[bytes], None]:
        """What hears all requests of one connection, and repeats them where that is wanted."""
        request = Request()

        def heed(chunk: bytes) -> None:
            if (whole := request.heard(chunk)) and self._doubles:
                repeat = asyncio.create_task(say_again(*self._target, whole))
                self._repeats.add(repeat)
                repeat.add_done_callback(self._repeats.discard)

        return heed


def _reset_on_close(end: asyncio.StreamWriter) -> None:
    """Have the other side see a reset instead of an orderly end."""
    linger = struct.pack("ii", 1, 0)
    end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


@contextlib.asynccontextmanager
async def running_proxy(target: str) -> AsyncIterator[Proxy]:
    """Run a proxy before `target` (`host:port`), on a port of its own."""
    proxy = Proxy(target)
    await proxy.pass_on()
    try:
        yield proxy
    finally:
        await proxy.close()
