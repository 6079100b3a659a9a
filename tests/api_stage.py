"""The whole api on a real socket and a real record; only Temporal and LiveKit are in memory."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

import httpx
import pytest
from pydantic import SecretStr

from adapters.livekit_webhooks import LiveKitWebhooks
from adapters.sealing import Sealer
from adapters.speech import EspeakSpeech
from adapters.sql import SqlRecord, open_record
from adapters.summaries import ModelSummaries
from api.app import create_app
from api.auth import ApiTokens
from api.deadline import ANSWER, left
from api.main import server_of
from api.services import Probe, Services
from api.tailer import Tailer
from domain.errors import Unreachable
from domain.names import new_id
from domain.orders import CallOrder
from domain.phases import Role
from domain.record import NewCall
from domain.seating import Grant, Presence
from domain.settings import ApiSettings, ModelSettings
from domain.views import SignedIn
from tests.memory_gateway import MemoryGateway
from tests.servers import free_port

SECRET = "0123456789abcdef-a-secret-for-tests-alone"
LIVEKIT_KEY, LIVEKIT_SECRET = "testkey", "test-secret-of-at-least-32-characters"
WITHIN_S = 5.0
JSON = {"content-type": "application/json"}
Event = tuple[str, Any, str | None]
"""Kind, data and id of a server-sent event."""


class MemoryRooms:
    """Who sits in which room."""

    def __init__(self) -> None:
        self.people: set[tuple[str, str]] = set()

    async def open(self, room: str) -> None: ...

    async def close(self, room: str) -> None:
        self.people = {(r, p) for r, p in self.people if r != room}

    async def open_for(self, at_least: timedelta) -> tuple[str, ...]:
        return ()

    async def look(self, rooms: tuple[str, ...]) -> Presence:
        return Presence()

    async def allow(self, room: str, identity: str, grant: Grant) -> None: ...

    async def remove(self, room: str, identity: str) -> None:
        self.people.discard((room, identity))

    async def hold(self, room: str, *, on: bool) -> None: ...

    async def returned(self) -> None: ...


class Visitor:
    """Somebody with an HTTP client, and perhaps a token."""

    def __init__(self, url: str, token: str = "", person_id: str = "") -> None:
        self.id = person_id
        self.token = token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # Plain HTTP: loading the world's certificates takes longer than most tests.
        self.http = httpx.AsyncClient(base_url=url, headers=headers, timeout=WITHIN_S, verify=False)

    async def ask(
        self, method: str, path: str, body: Any = None, key: str | None = None
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.http.request(method, path, json=body, headers=headers)

    async def get(self, path: str) -> httpx.Response:
        return await self.ask("GET", path)

    async def post(self, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        return await self.ask("POST", path, body, key)

    async def send(self, path: str, raw: bytes) -> httpx.Response:
        """Post bytes as they are."""
        return await self.http.post(path, content=raw, headers=JSON)

    async def knock(self, method: str, path: str, body: Any) -> tuple[int, httpx.Headers]:
        """Ask for no more than the beginning of the answer: a stream has no end."""
        async with self.http.stream(method, path, json=body) as answer:
            return answer.status_code, answer.headers

    @contextlib.asynccontextmanager
    async def events(
        self, path: str = "/v1/me/events", last: str | None = None
    ) -> AsyncIterator["Events"]:
        headers = {"Last-Event-ID": last} if last is not None else {}
        async with self.http.stream("GET", path, headers=headers) as answer:
            assert answer.status_code == 200, await answer.aread()
            yield Events(answer)


class Events:
    """An open event stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        fields: dict[str, str] = {}
        async with asyncio.timeout(WITHIN_S):
            async for line in self._lines:
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "event" in fields:
                    return fields["event"], json.loads(fields["data"]), fields.get("id")
                else:
                    fields = {}
        raise StopAsyncIteration

    async def until(self, kind: str, where: Callable[[Any], bool] = lambda _: True) -> list[Event]:
        """Read up to and including the first event of a kind, with such data."""
        read: list[Event] = []
        async for event in self:
            read.append(event)
            if event[0] == kind and where(event[1]):
                return read
        raise AssertionError(f"the stream ended without {kind!r}: {read}")


@dataclass
class Stage:
    """A running api and everybody who visits it."""

    url: str
    services: Services
    record: SqlRecord
    gateway: MemoryGateway
    rooms: MemoryRooms
    tokens: ApiTokens
    stack: contextlib.AsyncExitStack
    stop: Any
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self, token: str = "", person_id: str = "") -> Visitor:
        visitor = Visitor(self.url, token, person_id)
        self.stack.push_async_callback(visitor.http.aclose)
        return visitor

    async def sign_in(self, name: str, role: str = "agent") -> Visitor:
        answer = await self.visitor().post("/v1/sign-in", {"name": name, "role": role})
        assert answer.status_code == 200, answer.text
        return self.visitor(answer.json()["token"], answer.json()["person"]["id"])

    async def of_tenant(self, tenant: str, name: str, role: Role = Role.AGENT) -> Visitor:
        """Bring in somebody of another tenant."""
        person = await self.record.sign_in(tenant, role, name)
        return self.visitor(self.tokens.make(person), person.id)

    def expired(self, person_id: str) -> Visitor:
        """Bring in somebody whose token ran out a second ago."""
        person = SignedIn(id=person_id, name="Late", role=Role.AGENT, tenant="default")
        return self.visitor(self.tokens.make(person, valid=timedelta(seconds=-1)), person_id)

    async def call(self, name: str = "Carol", **said: Any) -> tuple[Visitor, str]:
        """Let somebody call; answers the caller and the call's id."""
        key = new_id("key")
        answer = await self.visitor().post("/v1/calls", {"caller_name": name, **said}, key)
        assert answer.status_code == 201, answer.text
        told = answer.json()
        return self.visitor(told["token"], told["call"]["caller"]["id"]), told["call"]["id"]

    async def talk_of_tenant(self, tenant: str) -> "Talk":
        """Let the same go on in another tenant, where calls don't come in by HTTP."""
        ann = await self.of_tenant(tenant, f"Ann of {tenant}")
        bob = await self.of_tenant(tenant, f"Bob of {tenant}")
        call_id, name = new_id("call"), f"Carol of {tenant}"
        carol = SignedIn(id=new_id("caller"), name=name, role=Role.CALLER, tenant=tenant)
        await self.record.add_call(
            NewCall(call_id, tenant, carol.id, name, about=None, asked_for=None, follows=True)
        )
        await self.gateway.start_call(CallOrder(tenant=tenant, call_id=call_id, caller=carol.id))
        assert (await ann.post(f"/v1/calls/{call_id}/answer")).status_code == 200
        token = self.tokens.make(carol, call_id=call_id)
        return Talk(ann, bob, self.visitor(token, carol.id), call_id)

    async def talk(self) -> "Talk":
        """Let Carol call and Ann answer; Bob is there too."""
        ann, bob = await self.sign_in("Ann"), await self.sign_in("Bob")
        carol, call_id = await self.call()
        answer = await ann.post(f"/v1/calls/{call_id}/answer")
        assert answer.status_code == 200, answer.text
        return Talk(ann, bob, carol, call_id)


@dataclass(frozen=True)
class Talk:
    """Ann talks with Carol; Bob could take over."""

    ann: Visitor
    bob: Visitor
    carol: Visitor
    call_id: str

    async def transfer(self, key: str | None = None, **said: Any) -> dict[str, Any]:
        """Let Ann ask Bob."""
        body = {"call_id": self.call_id, "to": {"agent": self.bob.id}, **said}
        answer = await self.ann.post("/v1/transfers", body, key)
        assert answer.status_code == 201, answer.text
        transfer: dict[str, Any] = answer.json()
        return transfer


@contextlib.asynccontextmanager
async def running_api(url: str, **settings: Any) -> AsyncIterator[Stage]:
    """Run an api on a free port, as `python -m api` does."""
    async with contextlib.AsyncExitStack() as stack:
        record = await stack.enter_async_context(open_record(url, limit=ANSWER, left=left))
        sealer, tokens, rooms = Sealer(SECRET), ApiTokens(SECRET), MemoryRooms()
        gateway = MemoryGateway(record, sealer)

        async def livekit() -> None:
            raise Unreachable("LiveKit gave no answer")

        probes: dict[str, Probe] = {"database": record.ping, "temporal": gateway.ping}
        if settings.pop("livekit_is_away", False):
            probes["livekit"] = livekit
        services = Services(
            settings=ApiSettings(port=free_port(), **settings),
            livekit_url="ws://livekit.test",
            tokens=tokens,
            sealer=sealer,
            record=record,
            tailer=Tailer(record),
            gateway=gateway,
            rooms=rooms,
            webhooks=LiveKitWebhooks(LIVEKIT_KEY, SecretStr(LIVEKIT_SECRET)),
            summaries=ModelSummaries(ModelSettings()),
            briefings=record,
            speech=EspeakSpeech(),
            probes=probes,
        )
        server = server_of(services.settings, create_app(services))
        async with asyncio.TaskGroup() as running:
            running.create_task(server.serve())
            try:
                async with asyncio.timeout(WITHIN_S):
                    while not server.started:
                        await asyncio.sleep(0.01)
                address = f"http://127.0.0.1:{services.settings.port}"
                yield Stage(address, services, record, gateway, rooms, tokens, stack, server.stop)
            finally:
                # Asked twice, it would not wait for anybody.
                if not server.should_exit:
                    server.stop()


@pytest.fixture
async def api_stage(sqlite_url: str) -> AsyncIterator[Stage]:
    async with running_api(sqlite_url) as running:
        yield running
