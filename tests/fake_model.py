"""A model that answers as it is told: OpenAI's chat completions over HTTP, for the real LiteLLM.

`python -m tests.fake_model --port 9900 --answers good,hang` gives those answers, one per request,
and good ones from then on; `POST /script` with a JSON list replaces what is to come. Point LiteLLM
at it by OPENAI_BASE_URL=http://127.0.0.1:9900/v1, any OPENAI_API_KEY, LLM_MODEL=openai/fake.
"""

import argparse
import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web

BRIEFING = {
    "reason": "Billed twice for November",
    "facts": ["The second charge was on the third of November"],
    "done": ["The account was checked"],
    "open": ["The refund is not confirmed"],
    "mood": "worried",
    "next_step": "Confirm the refund",
}


class Kind(StrEnum):
    """How a request is answered."""

    GOOD = "good"
    FENCED = "fenced"
    """Good, in a Markdown fence."""
    PARROT = "parrot"
    """Every field repeats the caller's last words: a model that obeys whoever speaks to it."""
    BUSY = "busy"
    BUSY_SHORT = "busy_short"
    """429 with Retry-After: 1."""
    BUSY_LONG = "busy_long"
    """429 with Retry-After: 60."""
    BROKEN = "broken"
    FORBIDDEN = "forbidden"
    TOO_LONG = "too_long"
    """400, as vendors say that the conversation doesn't fit."""
    HANG = "hang"
    TRICKLE = "trickle"
    """A byte every half second, for ever."""
    GARBAGE = "garbage"
    """200, and not JSON."""
    NO_CHOICES = "no_choices"
    NULL = "null"
    MEGABYTE = "megabyte"
    REFUSAL = "refusal"
    WRONG_SCHEMA = "wrong_schema"


STATUS = {
    Kind.BUSY: (429, {}),
    Kind.BUSY_SHORT: (429, {"Retry-After": "1"}),
    Kind.BUSY_LONG: (429, {"Retry-After": "60"}),
    Kind.BROKEN: (500, {}),
    Kind.FORBIDDEN: (401, {}),
    Kind.TOO_LONG: (400, {}),
}


@dataclass
class FakeModel:
    """What is to be answered, and what was asked."""

    url: str = ""
    script: deque[Kind] = field(default_factory=deque)
    always: Kind = Kind.GOOD
    """The answer once the script is used up."""
    habits: dict[str, Kind] = field(default_factory=dict)
    """By model: the answer of this one, always."""
    asked: list[str] = field(default_factory=list)
    """The user message of every request."""
    models: list[str] = field(default_factory=list)
    askers: list[str] = field(default_factory=list)
    """The far end of the connection of every request."""

    def answers(self, *kinds: Kind, then: Kind = Kind.GOOD) -> None:
        """Forget what was asked, and give these answers from now on."""
        self.script, self.always = deque(kinds), then
        self.asked.clear()
        self.models.clear()
        self.askers.clear()

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """Answer one chat completion."""
        body = await request.json()
        self.asked.append(body["messages"][-1]["content"])
        self.models.append(body["model"])
        self.askers.append(str(request.transport and request.transport.get_extra_info("peername")))
        kind = self.habits.get(body["model"]) or self._next()
        if kind in STATUS:
            status, headers = STATUS[kind]
            error = {"error": {"message": f"{kind}: {self.asked[-1]}", "code": status}}
            return web.json_response(error, status=status, headers=headers)
        if kind is Kind.HANG:
            await asyncio.sleep(3600)
        if kind is Kind.TRICKLE:
            return await _trickle(request)
        if kind is Kind.GARBAGE:
            return web.Response(text="<html>It works!</html>", content_type="text/html")
        return web.json_response(_completion(kind, self.asked[-1]))

    def _next(self) -> Kind:
        return self.script.popleft() if self.script else self.always

    async def rescript(self, request: web.Request) -> web.Response:
        """Take a new script over HTTP."""
        self.answers(*map(Kind, await request.json()))
        return web.json_response({})


def _completion(kind: Kind, asked: str) -> dict[str, object]:
    message = {"role": "assistant", "content": _content(kind, asked)}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "fake",
        "choices": [] if kind is Kind.NO_CHOICES else [choice],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _content(kind: Kind, asked: str) -> str | None:
    good = json.dumps(BRIEFING)
    contents: dict[Kind, str | None] = {
        Kind.FENCED: f"Here you are:\n```json\n{good}\n```",
        Kind.NULL: None,
        Kind.MEGABYTE: json.dumps(BRIEFING | {"reason": "x" * 1_000_000}),
        Kind.REFUSAL: "I'm sorry, but I can't help with that.",
        Kind.WRONG_SCHEMA: json.dumps({"reason": ["no"], "facts": "none"}),
    }
    if kind is Kind.PARROT:
        turns = json.loads(asked.removeprefix("<data>").removesuffix("</data>"))["conversation"]
        words = turns[-1]["text"][:300]
        return json.dumps(
            {"reason": words, "facts": [words], "done": [words], "open": [words]}
            | {"mood": words, "next_step": words}
        )
    return contents.get(kind, good)


async def _trickle(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.5)
    return response


@contextlib.asynccontextmanager
async def running_model(port: int = 0, kinds: Iterable[Kind] = ()) -> AsyncIterator[FakeModel]:
    """Serve on loopback; `url` is what OPENAI_BASE_URL wants."""
    model = FakeModel(script=deque(kinds))
    app = web.Application(client_max_size=10_000_000)
    app.router.add_post("/v1/chat/completions", model.complete)
    app.router.add_post("/script", model.rescript)
    # Requests that hang are cut off by the client; nobody waits for them at the end.
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    model.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield model
    await runner.cleanup()


async def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--answers", default="", help=", ".join(Kind))
    options = parser.parse_args()
    async with running_model(
        options.port, map(Kind, filter(None, options.answers.split(",")))
    ) as m:
        print(f"OPENAI_BASE_URL={m.url}", flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
