"""Who may be asked to take over."""

from fastapi import APIRouter

from api.dependencies import BearerDep, ServicesDep
from api.errors import NotAllowed, NotSignedIn
from api.policy import Action
from api.problems import problems
from domain.names import DEFAULT_TENANT
from domain.phases import Role
from domain.views import AgentView

router = APIRouter(prefix="/agents", tags=["people"])


@router.get("", operation_id=Action.LIST_AGENTS, responses=problems(NotSignedIn, NotAllowed))
async def list_agents(given: BearerDep, services: ServicesDep) -> tuple[AgentView, ...]:
    """List agents and what they are doing; callers see it where the setting allows.

    Without a token, too: who is about to call may choose whom to ask for.
    """
    asker = services.tokens.read(given.credentials) if given else None
    is_caller = asker is None or asker.role is Role.CALLER
    if is_caller and not services.settings.callers_see_agents:
        raise NotAllowed
    return await services.record.agents(asker.tenant if asker else DEFAULT_TENANT)
