"""What a workflow refuses is told in its own words, which are made for people."""

from itertools import product

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from api.errors import ApiError, Conflict, NotYours, Unavailable
from api.gateway import ENDED_MEANWHILE, _ask
from domain.orders import Who
from domain.phases import Decision, Phase
from workflows.decisions import Decisions, Refusal


async def told(cause: BaseException) -> ApiError:
    """Say what becomes of an update's failure."""

    async def asking() -> None:
        raise WorkflowUpdateFailedError(cause)

    with pytest.raises(ApiError) as failure:
        await _ask(asking(), "call_ended")
    return failure.value


async def test_a_refusal_is_told_in_the_workflow_s_own_words() -> None:
    said = "Your colleague is taking this call back."
    conflict = await told(Refusal("being_taken_back", said, Phase.MOVING))
    assert isinstance(conflict, Conflict)
    assert (str(conflict), conflict.code, conflict.phase) == (
        said,
        "being_taken_back",
        Phase.MOVING,
    )


async def test_what_isn_t_a_refusal_is_told_in_ours() -> None:
    assert isinstance(await told(Refusal("not_yours_to_decide", "…")), NotYours)
    assert isinstance(await told(ApplicationError("RAW")), Unavailable)
    ended = await told(ApplicationError("Workflow Update failed", type=ENDED_MEANWHILE))
    assert isinstance(ended, Conflict)
    assert (str(ended), ended.code) == ("The call has ended.", "call_ended")


def test_whatever_is_decided_too_early_or_too_late_is_refused_in_a_sentence() -> None:
    said = set()
    for decision, phase, committed in product(Decision, Phase, (False, True)):
        try:
            Decisions("a", "b").check(
                decision, Who(person="x", supervisor=True), phase, committed=committed
            )
        except Refusal as refusal:
            said.add(refusal.message)
    assert len(said) > len(Phase)
    for sentence in said:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "_" not in sentence
