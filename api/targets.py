"""Whom one can ask to take a call over."""

from api.auth import Asker
from api.bodies import StartTransfer
from api.errors import Invalid
from api.services import Services
from domain.phases import Role


async def check_targets(services: Services, asker: Asker, body: StartTransfer) -> None:
    """See that everybody who is to be asked can be, each once.

    Raises:
        Invalid: somebody can't.
    """
    if body.to.agent is None:
        where = "/to/phone" if body.to.phone else "/to/sip"
        raise Invalid("Telephones can't be asked yet.", "not_available", where)
    await check_agent(services, asker, body.to.agent, "/to/agent")
    asked = {body.to.agent}
    for number, fallback in enumerate(body.fallbacks):
        where = f"/fallbacks/{number}/agent"
        if fallback.agent in asked:
            raise Invalid("This agent is asked already.", "asked_twice", where)
        await check_agent(services, asker, fallback.agent, where)
        asked.add(fallback.agent)


async def check_agent(services: Services, asker: Asker, agent_id: str, where: str) -> None:
    """See that somebody can be asked to take a call over.

    Raises:
        Invalid: they are no agent, or ask themselves.
    """
    if agent_id == asker.id:
        raise Invalid("You can't hand a call to yourself.", "transfer_to_oneself", where)
    await check_is_agent(services, asker.tenant, agent_id, where)


async def check_is_agent(services: Services, tenant: str, agent_id: str, where: str) -> None:
    """See that somebody can be asked for.

    Raises:
        Invalid: they are no agent.
    """
    agent = await services.record.person(tenant, agent_id)
    if agent is None or agent.role is not Role.AGENT:
        raise Invalid("There is no such agent.", "unknown_agent", where)
