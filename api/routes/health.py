"""Is it alive, is it ready, and how busy is it."""

import asyncio
import secrets
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.dependencies import BearerDep, ServicesDep
from api.errors import NotSignedIn, NotYours
from api.metrics import Metrics
from api.policy import Action
from api.problems import problems
from api.services import Probe
from domain.errors import PortError

router = APIRouter(tags=["health"])

PROBE = timedelta(seconds=2)


class Alive(BaseModel):
    """This process answers."""

    status: str = "ok"


class Readiness(BaseModel):
    """Each dependency, and `ok` or what is wrong with it."""

    ready: bool
    dependencies: dict[str, str]


@router.get("/healthz", operation_id=Action.SEE_HEALTH)
async def see_health() -> Alive:
    """Say that this process answers."""
    return Alive()


@router.get("/readyz", operation_id=Action.SEE_READINESS, responses={503: {"model": Readiness}})
async def see_readiness(services: ServicesDep, response: Response) -> Readiness:
    """Say of each dependency whether it answers."""
    states = await asyncio.gather(*map(_state, services.probes.values()))
    found = Readiness(
        ready=all(state == "ok" for state in states),
        dependencies=dict(zip(services.probes, states, strict=True)),
    )
    response.status_code = 200 if found.ready else 503
    return found


async def _state(probe: Probe) -> str:
    try:
        async with asyncio.timeout(PROBE.total_seconds()):
            await probe()
    except TimeoutError:
        return "no answer"
    except PortError as error:
        return str(error)
    except Exception as error:
        # Whatever a dependency's client raises; its text may hold a key.
        return type(error).__name__
    return "ok"


@router.get(
    "/metrics",
    operation_id=Action.SEE_METRICS,
    response_class=Response,
    responses=problems(NotSignedIn, NotYours),
)
async def see_metrics(request: Request, services: ServicesDep, given: BearerDep) -> Response:
    """Say for Prometheus how busy this process is, and how transfers fare in all of them.

    Beyond development with a token.
    """
    token = services.settings.metrics_token
    if token is None and services.settings.auth_mode != "dev":
        raise NotYours
    if token is not None:
        shown = given.credentials.encode() if given else b""
        if not secrets.compare_digest(shown, token.get_secret_value().encode()):
            raise NotSignedIn(invalid=given is not None)
    metrics: Metrics = request.app.state.metrics
    recorded = await request.app.state.figures.now()
    return Response(metrics.text(recorded), media_type=metrics.media_type)
