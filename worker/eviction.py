"""A workflow that was queried is read from its history before it goes on."""

from temporalio import workflow
from temporalio.worker import (
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


class EvictAfterQuery(Interceptor):
    """Forgets a workflow that is asked something, the Temporal UI's own queries included.

    A worker that has to read history for a query reads it to the very end, and acts on what came
    after the last workflow task at once. The next task's commands then are in another order than a
    replay's: the workflow stops with the next worker that replays it (TMPRL1100; measured,
    temporalio 1.35, four of four; read in its core, 0.10). Whether it had to
    read isn't shown to an interceptor.
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
    async def handle_query(self, input: HandleQueryInput) -> object:
        if input.id == DIRECT:
            workflow.extern_functions()[_EVICT](workflow.info().run_id)
        return await super().handle_query(input)
