"""How a transfer looks to ops in the Temporal UI."""

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
    from domain.phases import Cause, Outcome, Phase, Responsible

TRANSFER_PHASE = SearchAttributeKey.for_keyword("TransferPhase")
TRANSFER_OUTCOME = SearchAttributeKey.for_keyword("TransferOutcome")
CALL_ID = SearchAttributeKey.for_keyword("CallId")
TENANT = SearchAttributeKey.for_keyword("Tenant")

ALL = (TRANSFER_PHASE, TRANSFER_OUTCOME, CALL_ID, TENANT)
"""A missing one fails every workflow task for ever (measured), so the worker registers them."""


def attributes(call_id: str, tenant: str, phase: Phase | None = None) -> TypedSearchAttributes:
    """What every workflow of ours is found by, from its start; transfers by their phase as well."""
    pairs: list[SearchAttributePair[str]]
    pairs = [SearchAttributePair(CALL_ID, call_id), SearchAttributePair(TENANT, tenant)]
    if phase:
        pairs.append(SearchAttributePair(TRANSFER_PHASE, phase))
    return TypedSearchAttributes(pairs)


def show(
    phase: Phase,
    outcome: Outcome | None,
    responsible: Responsible,
    cause: Cause | None = None,
) -> None:
    """Show where a transfer stands, in the list and on its page."""
    if workflow.info().typed_search_attributes.get(TRANSFER_PHASE) != phase:
        changes = [TRANSFER_PHASE.value_set(phase)]
        if outcome:
            changes.append(TRANSFER_OUTCOME.value_set(outcome))
        workflow.upsert_search_attributes(changes)
    workflow.set_current_details(details(phase, outcome, responsible, cause))


def details(
    phase: Phase, outcome: Outcome | None, responsible: Responsible, cause: Cause | None
) -> str:
    """Say where a transfer stands, in the UI's markdown."""
    why = f" ({cause})" if cause else ""
    ended = f" · outcome **{outcome}**{why}" if outcome else ""
    return f"Phase **{phase}**{ended}. Responsible for the caller: **{responsible}**."
