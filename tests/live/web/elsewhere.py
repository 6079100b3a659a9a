"""The pages at other addresses: below a path of a reverse proxy, and on an origin of their own."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from robots.waiting import until

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
PATIENCE_S = 15


@asynccontextmanager
async def below(path: str, url: str) -> AsyncIterator[str]:
    """A reverse proxy with all of `url` below a path, and nothing beside it."""
    async with httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(PATIENCE_S)) as inner:

        async def pass_on(request: Request) -> StreamingResponse:
            headers = [pair for pair in request.headers.raw if pair[0] != b"host"]
            asked = inner.build_request(
                request.method,
                f"/{request.path_params['rest']}",
                params=request.query_params,
                headers=headers,
                content=await request.body(),
            )
            answer = await inner.send(asked, stream=True)
            passed = StreamingResponse(
                answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose)
            )
            passed.raw_headers = answer.headers.raw
            return passed

        app = Starlette(routes=[Route(f"{path}/{{rest:path}}", pass_on, methods=METHODS)])
        async with served(app, free()) as port:
            yield f"http://127.0.0.1:{port}{path}"


@asynccontextmanager
async def alone(folder: Path, listening: socket.socket) -> AsyncIterator[None]:
    """Built pages on a plain web server, which knows nothing of the product."""

    async def page(_: Request) -> FileResponse:
        return FileResponse(folder / "index.html")

    assets = Mount("/assets", StaticFiles(directory=folder / "assets"))
    async with served(Starlette(routes=[assets, Route("/{page}", page)]), listening):
        yield


def free() -> socket.socket:
    """A socket on a port that nobody else has."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening


@asynccontextmanager
async def served(app: ASGIApp, listening: socket.socket) -> AsyncIterator[int]:
    """Serve for the length of the block; gives the port."""
    settings = uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(settings)
    serving = asyncio.create_task(server.serve([listening]))
    try:
        await until(lambda: server.started, 5, "the server to start")
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        listening.close()
