"""Who may be asked to take over."""

from fastapi import APIRouter

from api.dependencies import AskerDep, ServicesDep
from api.errors import NotAllowed, NotSignedIn
from api.policy import Action
from api.problems import problems
from domain.phases import Role
from domain.views import AgentView

router = APIRouter(prefix="/agents", tags=["people"])


@router.get("", operation_id=Action.LIST_AGENTS, responses=problems(NotSignedIn, NotAllowed))
async def list_agents(asker: AskerDep, services: ServicesDep) -> tuple[AgentView, ...]:
    """List agents and what they are doing; callers see it where the setting allows."""
    if asker.role is Role.CALLER and not services.settings.callers_see_agents:
        raise NotAllowed
    return await services.record.agents(asker.tenant)
