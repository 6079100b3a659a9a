"""The front door, put together."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.openapi.utils import get_openapi
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.types import Lifespan

from api.attendance import Attendance
from api.door import Door
from api.errors import Invalid, TooLarge, Unavailable
from api.figures import Figures
from api.metrics import Metrics
from api.problems import MOST_BODY, Problem, add_problem_handlers, problems
from api.routes import (
    agents,
    calls,
    decisions,
    events,
    health,
    installation,
    pages,
    sign_in,
    transfers,
    webhooks,
)
from api.services import Services

REFERENCE = "#/components/schemas/{model}"


def create_app(services: Services) -> FastAPI:
    """Build the app around what it opens to; nothing is read from the environment here."""
    tailer = services.tailer
    attendance = Attendance(services.record)

    def close() -> None:
        attendance.close()
        tailer.close()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with asyncio.TaskGroup() as running:
            running.create_task(tailer.run())
            running.create_task(attendance.run())
            yield
            close()

    app = _bare_app(lifespan)
    app.state.services = services
    app.state.attendance = attendance
    app.state.close = close
    app.state.metrics = Metrics(lambda: tailer.streams)
    app.state.figures = Figures(services.record)
    app.state.limiter = MovingWindowRateLimiter(MemoryStorage())
    pages.add_assets(app, services.settings.pages_dir)
    add_problem_handlers(app)
    _add_door(app, services)
    return app


def description() -> dict[str, Any]:
    """Describe the api in OpenAPI's words."""
    return _bare_app().openapi()


def _bare_app(lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    app = FastAPI(
        title="Warm Transfer",
        version="1",
        description="A caller is handed from one agent to the next, and is never alone.",
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
    )
    _add_routes(app)
    _describe(app)
    return app


def _add_routes(app: FastAPI) -> None:
    # A route with neither body nor parameters has no 422, but no route is harmed by saying so.
    always = problems(Invalid, TooLarge, Unavailable)
    v1 = APIRouter(prefix="/v1", max_body_size=MOST_BODY, responses=always)
    for module in (installation, sign_in, agents, calls, transfers, decisions, events):
        v1.include_router(module.router)
    for module in (calls, transfers):
        v1.include_router(module.steered)
    app.include_router(v1)
    app.include_router(webhooks.router, max_body_size=MOST_BODY)
    app.include_router(health.router)
    # Last, for it looks at any name.
    app.include_router(pages.router)


def _add_door(app: FastAPI, services: Services) -> None:
    app.add_middleware(Door, metrics=app.state.metrics)
    origins = [o.strip() for o in services.settings.cors_origins.split(",") if o.strip()]
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
            expose_headers=["Link", "Location", "Retry-After"],
        )


def _describe(app: FastAPI) -> None:
    """Describe the api with its problems and its bearer tokens."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
            components = schema.setdefault("components", {})
            problem = Problem.model_json_schema(ref_template=REFERENCE)
            components.setdefault("schemas", {}).update(problem.pop("$defs", {}))
            components["schemas"]["Problem"] = problem
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
