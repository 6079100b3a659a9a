"""The proxy that other tests break connections with does what its methods say."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from chaos.proxy import Proxy, running_proxy

WITHIN_S = 5.0
SILENCE_S = 0.2


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """Stands before a server that says everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionResetError):
            while said := await reader.read(100):
                writer.write(said)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server, running_proxy(f"{host}:{port}") as proxy:
        yield proxy


class Client:
    """Somebody who speaks through a proxy."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def of(cls, proxy: Proxy) -> "Client":
        return cls(*await asyncio.open_connection("127.0.0.1", proxy.port))

    def say(self, word: str) -> None:
        self.writer.write(f"{word}\n".encode())

    async def hears(self) -> str:
        async with asyncio.timeout(WITHIN_S):
            return (await self.reader.readline()).decode().strip()

    async def hears_nothing(self) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(self.reader.read(1), SILENCE_S)

    async def is_cut(self) -> None:
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(self.reader.read(1), WITHIN_S)
        await self.leave()

    async def leave(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionResetError):
            await self.writer.wait_closed()


async def test_what_is_held_arrives_later_and_in_order(proxy: Proxy) -> None:
    client = await Client.of(proxy)
    client.say("one")
    assert await client.hears() == "one"
    proxy.hold()
    client.say("two")
    client.say("three")
    await client.hears_nothing()
    await proxy.pass_on()
    assert [await client.hears(), await client.hears()] == ["two", "three"]
    await client.leave()


async def test_an_answer_can_be_held_although_the_server_has_heard(proxy: Proxy) -> None:
    client = await Client.of(proxy)
    proxy.hold_answers()
    client.say("one")
    await client.hears_nothing()
    await proxy.pass_on()
    assert await client.hears() == "one"
    await client.leave()


async def test_lost_answers_are_given_to_whoever_asks_again(proxy: Proxy) -> None:
    client = await Client.of(proxy)
    client.say("one")
    assert await client.hears() == "one"
    proxy.lose_answers()
    client.say("lost")
    await client.hears_nothing()
    await proxy.pass_on()
    await client.is_cut()
    again = await Client.of(proxy)
    again.say("two")
    assert await again.hears() == "two"
    await again.leave()


async def test_everything_takes_longer_where_it_is_delayed(proxy: Proxy) -> None:
    client = await Client.of(proxy)
    proxy.delay(SILENCE_S)
    began = time.monotonic()
    client.say("one")
    assert await client.hears() == "one"
    assert time.monotonic() - began >= 2 * SILENCE_S
    await proxy.pass_on()
    client.say("two")
    assert await client.hears() == "two"
    await client.leave()


async def test_a_request_that_is_doubled_reaches_the_server_twice_and_is_answered_once() -> None:
    requests: list[bytes] = []
    twice = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(b"four"))
        writer.write(b"answer\n")
        await writer.drain()
        if len(requests) == 2:
            twice.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server, running_proxy(f"{host}:{port}") as proxy:
        proxy.double()
        client = await Client.of(proxy)
        for piece in (b"POST /room HTTP/1.1\r\n", b"Content-Length: 4\r\n\r\n", b"four"):
            client.writer.write(piece)
            await client.writer.drain()
        assert await client.hears() == "answer"
        await asyncio.wait_for(twice.wait(), WITHIN_S)
        assert await client.hears() == ""
        await client.leave()
    assert requests[0] == requests[1]
    assert requests[0].startswith(b"POST /room")


async def test_the_word_that_is_waited_for_holds_it_and_everything_after(proxy: Proxy) -> None:
    client, other = await Client.of(proxy), await Client.of(proxy)
    said = proxy.hold_at(b"two")
    client.say("one")
    assert await client.hears() == "one"
    assert not said.is_set()
    client.say("two")
    await asyncio.wait_for(said.wait(), WITHIN_S)
    other.say("three")
    await client.hears_nothing()
    await other.hears_nothing()
    await proxy.pass_on()
    assert [await client.hears(), await other.hears()] == ["two", "three"]
    for one in (client, other):
        await one.leave()


async def test_whoever_lost_something_is_cut_when_packets_pass_again(proxy: Proxy) -> None:
    old = await Client.of(proxy)
    old.say("one")
    await old.hears()
    proxy.swallow()
    new = await Client.of(proxy)
    for client in (old, new):
        client.say("lost")
        await client.hears_nothing()
    await proxy.pass_on()
    for client in (old, new):
        await client.is_cut()
    again = await Client.of(proxy)
    again.say("two")
    assert await again.hears() == "two"
    await again.leave()


async def test_nobody_listens_until_it_passes_on_at_the_same_port(proxy: Proxy) -> None:
    client = await Client.of(proxy)
    client.say("one")
    await client.hears()
    await proxy.refuse()
    await client.is_cut()
    with pytest.raises(ConnectionRefusedError):
        await Client.of(proxy)
    await proxy.pass_on()
    again = await Client.of(proxy)
    again.say("two")
    assert await again.hears() == "two"
    await again.leave()
