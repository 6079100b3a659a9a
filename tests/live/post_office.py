"""What stands between LiveKit and the api: webhooks are kept, and delivered as a test likes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

from robots.waiting import until

ROUND_S = 0.3


@dataclass(frozen=True)
class Letter:
    """One webhook as LiveKit sent it."""

    body: bytes
    signature: str

    async def deliver(self, http: httpx.AsyncClient) -> int:
        headers = {"Authorization": self.signature, "Content-Type": "application/webhook+json"}
        answer = await http.post("/webhooks/livekit", content=self.body, headers=headers)
        return answer.status_code


@dataclass
class PostOffice:
    """Takes every webhook, and delivers none by itself."""

    url: str = ""
    letters: list[Letter] = field(default_factory=list)

    @asynccontextmanager
    async def badly_delivered(self, api: str) -> AsyncIterator[list[int]]:
        """Late, the newest first, each twice, and an old one again each time; the answers."""
        answers: list[int] = []
        async with httpx.AsyncClient(base_url=api) as http:
            task = asyncio.create_task(self._rounds(http, answers))
            try:
                yield answers
                await until(lambda: answers, 5, "a webhook to be delivered")
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _rounds(self, http: httpx.AsyncClient, answers: list[int]) -> None:
        first = delivered = len(self.letters)
        while True:
            await asyncio.sleep(ROUND_S)
            news = self.letters[delivered:][::-1]
            delivered += len(news)
            for letter in [*news, *news, *self.letters[first : first + 1]]:
                answers.append(await letter.deliver(http))
            first = min(first + 1, delivered)


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    """Open it on a free port, in a thread: LiveKit writes while a test blocks the event loop."""
    office = PostOffice()

    class Counter(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            office.letters.append(Letter(body, self.headers["Authorization"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Counter)
    office.url = f"http://127.0.0.1:{server.server_port}/"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield office
    server.shutdown()
    thread.join()
    server.server_close()
