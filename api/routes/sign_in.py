"""Who is here: signing in and out, and whether one may be asked."""

from fastapi import APIRouter

from api.answers import PersonView, SignedInView, person_view
from api.bodies import SetAvailability, SignIn
from api.dependencies import AskerDep, ServicesDep
from api.errors import NotAllowed, NotSignedIn, NotYours
from api.policy import Action
from api.problems import problems
from domain.names import DEFAULT_TENANT
from domain.phases import Role

router = APIRouter(tags=["people"])


@router.post("/sign-in", operation_id=Action.SIGN_IN, responses=problems(NotYours))
async def sign_in(body: SignIn, services: ServicesDep) -> SignedInView:
    """Sign in on a development machine; the same name and role is the same person."""
    if services.settings.auth_mode != "dev":
        raise NotYours
    person = await services.record.sign_in(DEFAULT_TENANT, Role(body.role), body.name)
    return SignedInView(token=services.tokens.make(person), person=person_view(person))


@router.post("/sign-out", operation_id=Action.SIGN_OUT, responses=problems(NotSignedIn, NotAllowed))
async def sign_out(asker: AskerDep, services: ServicesDep) -> PersonView:
    """Go away; the token is the client's to forget."""
    await services.record.set_availability(asker.tenant, asker.id, away=True)
    return person_view(asker.person)


@router.put(
    "/me/availability",
    operation_id=Action.SET_AVAILABILITY,
    responses=problems(NotSignedIn, NotAllowed),
)
async def set_availability(
    body: SetAvailability, asker: AskerDep, services: ServicesDep
) -> PersonView:
    """Say whether one may be asked to take calls."""
    await services.record.set_availability(asker.tenant, asker.id, away=body.state == "away")
    return person_view(asker.person)
