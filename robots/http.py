"""A thin client of the HTTP contract: one method per call, problem details as an exception."""

import asyncio
import secrets
import ssl
import time
from functools import cache
from typing import Self, TypeVar

import httpx
from pydantic import BaseModel, JsonValue, TypeAdapter

from robots.views import Briefing, Call, Person, Seat, Transfer, Turn

V = TypeVar("V", bound=BaseModel)
Json = dict[str, JsonValue]

AGENTS = TypeAdapter(list[Person])
TURNS = TypeAdapter(list[Turn])
TIMEOUT_S = 15.0
UNAVAILABLE = 503
PATIENCE_S = 12.0
AGAIN_AFTER_S = 1.0


@cache
def trusted() -> ssl.SSLContext:
    """Whom to trust: read once, for that takes 50 ms, in which no robot speaks."""
    return httpx.create_ssl_context()


class Problem(Exception):
    """The api said no: RFC 9457 problem details, one attribute per field."""

    def __init__(self, answer: httpx.Response) -> None:
        try:
            told = answer.json()
        except ValueError:
            told = {}
        body = told if isinstance(told, dict) else {}
        self.status = answer.status_code
        self.code = str(body.get("code", ""))
        self.detail = str(body.get("detail", ""))
        self.phase: str | None = body.get("phase")
        self.transfer_id: str | None = body.get("transfer_id")
        self.retry_after_s = float(answer.headers.get("retry-after", 0) or 0)
        asked = f"{answer.request.method} {answer.request.url.path}"
        super().__init__(f"{asked} → {self.status} {self.code} {self.detail}".strip())


class Api:
    """One person's connection to the api; carries the bearer token once there is one."""

    def __init__(self, url: str, token: str = "") -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, verify=trusted())
        self.patience_s = PATIENCE_S
        self.repeated = 0
        self.carry(token)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        await self.http.aclose()

    def carry(self, token: str) -> None:
        """Send this bearer token from now on."""
        if token:
            self.http.headers["Authorization"] = f"Bearer {token}"

    async def ask(
        self, method: str, path: str, body: Json | None = None, key: str | None = None
    ) -> httpx.Response:
        """Send one request; `key` is its Idempotency-Key. A 503 is repeated with the same key.

        So is a request whose connection broke or was refused: the api may be back in a moment.

        Raises:
            Problem: Any answer that is not 2xx, a 503 once `patience_s` has passed.
            httpx.TransportError: No answer until then.
        """
        headers = {"Idempotency-Key": key} if key else {}
        deadline = time.monotonic() + self.patience_s
        while True:
            wait_s = AGAIN_AFTER_S
            try:
                answer = await self.http.request(method, path, json=body, headers=headers)
                if answer.is_success:
                    return answer
                problem = Problem(answer)
                if problem.status != UNAVAILABLE or time.monotonic() > deadline:
                    raise problem
                wait_s = problem.retry_after_s or wait_s
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            self.repeated += 1
            await asyncio.sleep(wait_s)

    async def view(
        self, kind: type[V], method: str, path: str, body: Json | None = None, key: str = ""
    ) -> V:
        """Send one request and read the answer as `kind`."""
        return kind.model_validate_json((await self.ask(method, path, body, key)).content)

    async def sign_in(self, name: str, role: str = "agent") -> Person:
        """Development sign-in; the token is carried from here on."""
        answer = (await self.ask("POST", "/v1/sign-in", {"name": name, "role": role})).json()
        self.carry(answer["token"])
        return Person.model_validate(answer["person"])

    async def sign_out(self) -> None:
        await self.ask("POST", "/v1/sign-out")

    async def availability(self, state: str) -> Person:
        """Say `available` or `away`."""
        return await self.view(Person, "PUT", "/v1/me/availability", {"state": state})

    async def agents(self) -> list[Person]:
        return AGENTS.validate_json((await self.ask("GET", "/v1/agents")).content)

    async def start_call(self, body: Json, key: str | None = None) -> tuple[Call, Seat]:
        """Start a call as its caller; the call's token is carried from here on."""
        answer = await self.ask("POST", "/v1/calls", body, key or secrets.token_hex(16))
        told = answer.json()
        self.carry(told["token"])
        return Call.model_validate(told["call"]), Seat.model_validate(told["seat"])

    async def call(self, call_id: str) -> Call:
        return await self.view(Call, "GET", f"/v1/calls/{call_id}")

    async def answer(self, call_id: str, key: str | None = None) -> tuple[Call, Seat]:
        """Take a waiting call."""
        key = key or secrets.token_hex(16)
        told = (await self.ask("POST", f"/v1/calls/{call_id}/answer", key=key)).json()
        return Call.model_validate(told["call"]), Seat.model_validate(told["seat"])

    async def take_back(self, call_id: str) -> tuple[Call, Seat]:
        """Have the caller back whom one has just handed over."""
        told = (await self.ask("POST", f"/v1/calls/{call_id}/take-back")).json()
        return Call.model_validate(told["call"]), Seat.model_validate(told["seat"])

    async def call_seat(self, call_id: str) -> Seat:
        """Where the person belongs in the call now."""
        return await self.view(Seat, "POST", f"/v1/calls/{call_id}/seat")

    async def summary(self, call_id: str) -> Briefing:
        return await self.view(Briefing, "POST", f"/v1/calls/{call_id}/summary")

    async def speech(self, call_id: str, text: str) -> bytes:
        """Text as WAV."""
        return (await self.ask("POST", f"/v1/calls/{call_id}/speech", {"text": text})).content

    async def say(self, call_id: str, text: str, kind: str = "said") -> Turn:
        """Add a turn; `kind` is `said` or `note`."""
        path, key = f"/v1/calls/{call_id}/turns", secrets.token_hex(16)
        return await self.view(Turn, "POST", path, {"text": text, "kind": kind}, key)

    async def turns(self, call_id: str) -> list[Turn]:
        return TURNS.validate_json((await self.ask("GET", f"/v1/calls/{call_id}/turns")).content)

    async def end(self, call_id: str) -> Call:
        return await self.view(Call, "POST", f"/v1/calls/{call_id}/end")

    async def start_transfer(self, body: Json, key: str | None = None) -> Transfer:
        """Ask for a transfer: `{call_id, to: {agent}, notes?, completes?, patience?}`."""
        return await self.view(
            Transfer, "POST", "/v1/transfers", body, key or secrets.token_hex(16)
        )

    async def transfer(self, transfer_id: str) -> Transfer:
        return await self.view(Transfer, "GET", f"/v1/transfers/{transfer_id}")

    async def transfer_seat(self, transfer_id: str) -> Seat:
        """A seat in room B."""
        return await self.view(Seat, "POST", f"/v1/transfers/{transfer_id}/seat")

    async def decide(self, transfer_id: str, decision: str, body: Json | None = None) -> Transfer:
        """Send `accept`, `decline`, `complete`, `cancel`, `back-to-caller`, `leave`, `speak`, …."""
        path, key = f"/v1/transfers/{transfer_id}/{decision}", secrets.token_hex(16)
        return await self.view(Transfer, "POST", path, body or {}, key)

    async def edit_briefing(self, transfer_id: str, text: str) -> Transfer:
        path = f"/v1/transfers/{transfer_id}/briefing"
        return await self.view(Transfer, "PUT", path, {"text": text})

    async def arrived(self, transfer_id: str, gap_ms: float | None = None) -> None:
        """Report, as the caller, the silence heard while moving."""
        body: Json = {} if gap_ms is None else {"gap_ms": gap_ms}
        await self.ask("POST", f"/v1/transfers/{transfer_id}/arrived", body)
