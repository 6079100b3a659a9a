"""What a page must know of this installation before anybody has signed in."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from api.dependencies import ServicesDep
from api.policy import Action

router = APIRouter(tags=["pages"])


class Installation(BaseModel):
    """How this installation is set."""

    sign_in: Literal["name", "token"]
    """By name on a development machine, by a token elsewhere."""
    rehearsal_url: str | None
    """Where robots can be asked to take the other seats; in development only."""


@router.get("/installation", operation_id=Action.SEE_INSTALLATION)
async def see_installation(services: ServicesDep) -> Installation:
    """Say how people sign in, and whether one can try it alone."""
    is_dev = services.settings.auth_mode == "dev"
    return Installation(
        sign_in="name" if is_dev else "token",
        rehearsal_url=services.settings.rehearsal_url if is_dev else None,
    )
