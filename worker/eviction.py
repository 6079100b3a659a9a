"""A workflow that was read from its history for a query is read again before it goes on."""

from temporalio import workflow
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleQueryInput,
    Interceptor,
    Worker,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

DIRECT = "legacy_query"
"""The id of a query that comes by itself, not with a workflow task (`LEGACY_QUERY_ID` of the SDK's
core)."""

_EVICT = "evict"


class EvictAfterColdQuery(Interceptor):
    """Forgets a workflow that was replayed and is asked, the Temporal UI's own queries included.

    A worker that doesn't know the workflow reads all of its history for a query, and acts on what
    came after the last workflow task at once. The next task's commands then are in another order
    than a replay's: the workflow stops with the next worker that replays it (TMPRL1100; measured,
    temporalio 1.35, four of four; the SDK's core 0.10 and 0.11 read the same).
    """

    worker: Worker | None = None
    """Whose workflows they are; there is no public way to have one forgotten."""

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor]:
        input.unsafe_extern_functions[_EVICT] = self._evict
        return _Evicting

    def _evict(self, run_id: str) -> None:
        workflows = self.worker and self.worker._workflow_worker
        assert workflows
        workflows._bridge_worker().request_workflow_eviction(run_id)


class _Evicting(WorkflowInboundInterceptor):
    _was_replayed = False

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> object:
        self._was_replayed = workflow.unsafe.is_replaying()
        return await super().execute_workflow(input)

    async def handle_query(self, input: HandleQueryInput) -> object:
        if input.id == DIRECT and self._was_replayed:
            workflow.extern_functions()[_EVICT](workflow.info().run_id)
        return await super().handle_query(input)
