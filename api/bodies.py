"""What clients may send. Unknown fields are refused; text is taken as it is, or not at all."""

import unicodedata
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.briefing import MOST_TEXT
from domain.orders import MOST_PATIENCE, Patience
from domain.phases import Completes, TurnKind

LONGEST_NAME = 120
LONGEST_TEXT = 10_000
LONGEST_REASON = 500
MOST_FALLBACKS = 9
LINE_BREAKS = "\n\r\t"


def _readable(text: str) -> str:
    """Refuse what no person can read or write; emoji and every script pass untouched."""
    for place, character in enumerate(text):
        if character not in LINE_BREAKS and unicodedata.category(character) in {"Cc", "Cs"}:
            raise PydanticCustomError(
                "control_character",
                "Character {place} (U+{code}) is a control character, which isn't text",
                {"place": place + 1, "code": f"{ord(character):04X}"},
            )
    return text


def _one_line(text: str) -> str:
    if any(character in LINE_BREAKS for character in text):
        raise PydanticCustomError("line_break", "This is one line, so it has no line breaks")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "This is blank")
    return text


Readable = AfterValidator(_readable)
Name = Annotated[
    str,
    Field(max_length=LONGEST_NAME),
    Readable,
    AfterValidator(_one_line),
    AfterValidator(_not_blank),
]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), Readable, AfterValidator(_not_blank)]
Reason = Annotated[str, Field(max_length=LONGEST_REASON), Readable]
Words = Annotated[str, Field(max_length=MOST_TEXT), Readable, AfterValidator(_not_blank)]
PersonId = Annotated[str, Field(pattern=r"^(agt|sup)_[0-9a-f]{32}$")]
CallId = Annotated[str, Field(pattern=r"^call_[0-9a-f]{32}$")]
TurnId = Annotated[str, Field(pattern=r"^turn_[0-9a-f]{32}$")]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/#-]{1,100}$")]
"""The client's own number for a case: no spaces, so that it survives any URL or ticket system."""
Seconds = Annotated[
    float, Field(gt=0, le=MOST_PATIENCE.total_seconds(), allow_inf_nan=False, strict=True)
]


class Body(BaseModel):
    """Base of every request body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SignIn(Body):
    """Who signs in, on a development machine."""

    name: Name
    role: Literal["agent", "supervisor"]


class SetAvailability(Body):
    """Whether one may be asked to take calls."""

    state: Literal["available", "away"]


class StartCall(Body):
    """What a caller says before the call."""

    caller_name: Name
    about: Text | None = None
    agent: PersonId | None = None
    follows: bool = True


class AddTurn(Body):
    """Something said, or an agent's note."""

    text: Text
    kind: TurnKind = TurnKind.SAID


class SpeakText(Body):
    """Words to hear."""

    text: Words


class To(Body):
    """Who is asked to take over: exactly one of these."""

    agent: PersonId | None = None
    phone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")] | None = None
    sip: Annotated[str, Field(pattern=r"^sips?:[^\s]{1,250}$")] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len([t for t in (self.agent, self.phone, self.sip) if t is not None]) != 1:
            raise PydanticCustomError("one_target", "Name exactly one of agent, phone and sip")
        return self


class ToAgent(Body):
    """An agent to be asked."""

    agent: PersonId


class PatienceBody(Body):
    """How long people may take, in seconds; what isn't named has its default."""

    offer_s: Seconds | None = None
    consult_s: Seconds | None = None
    complete_s: Seconds | None = None
    move_s: Seconds | None = None

    def patience(self) -> Patience:
        """Say the same in the words of a workflow."""
        named = self.model_dump(exclude_none=True)
        times = {name.removesuffix("_s"): timedelta(seconds=s) for name, s in named.items()}
        return Patience().model_copy(update=times)


class StartTransfer(Body):
    """Whom to hand the caller to, and what they should know."""

    call_id: CallId
    to: To
    fallbacks: Annotated[tuple[ToAgent, ...], Field(max_length=MOST_FALLBACKS)] = ()
    """Who is asked, in this order, if `to` doesn't take the caller over."""
    notes: Text | None = None
    reference: Reference | None = None
    completes: Completes = Completes.BY_AGENT_A
    patience: PatienceBody = PatienceBody()


class Redirect(Body):
    """Whom to ask instead of whoever is being asked."""

    to: ToAgent


class Because(Body):
    """Why; shown to the agents, never to the caller."""

    reason: Reason | None = None


class Complete(Body):
    """Hand over now."""

    introduce: bool = False


class EditBriefing(Body):
    """The agent's own words."""

    text: Words


class Arrived(Body):
    """What the caller's client measured; below zero, what it heard before and after overlapped."""

    gap_ms: Annotated[float, Field(ge=-60_000, le=3_600_000, allow_inf_nan=False)] | None = None
