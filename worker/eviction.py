"""A workflow whose history was read to its end for a query is read again before it goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import Worker, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner


class Eviction:
    """Has a run forgotten by its worker; there is no public way."""

    worker: Worker | None = None

    def __call__(self, run_id: str) -> None:
        """Forget a run, once it has answered what it is asked just now."""
        workflows = self.worker and self.worker._workflow_worker
        assert workflows
        workflows._bridge_worker().request_workflow_eviction(run_id)


@dataclass(frozen=True)
class EvictingRunner(SandboxedWorkflowRunner):
    """Runs workflows, and evicts those that a query, the Temporal UI's own too, brought too far.

    A worker that has to read history for a query reads it to the very end, and acts on what came
    after the last workflow task at once. The next task's commands then are in another order than a
    replay's: the workflow stops with the next worker that replays it (TMPRL1100; measured,
    temporalio 1.35, four of four; read in its core, 0.10).
    """

    evict: Callable[[str], None] = field(kw_only=True)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Make what runs one workflow."""
        return _Watched(super().create_instance(det), lambda: self.evict(det.info.run_id))


class _Watched(WorkflowInstance):
    """Knows by the clock when there is news without a task: a task's beginning moves it."""

    def __init__(self, inner: WorkflowInstance, evict: Callable[[], None]) -> None:
        self._inner, self._evict = inner, evict
        self._at_ns = self._read = 0
        self._is_ahead = False

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        at_ns = act.timestamp.ToNanoseconds()
        if any(job.HasField("query_workflow") for job in act.jobs):
            if self._is_ahead:
                self._evict()
        elif at_ns == self._at_ns:
            self._is_ahead = self._is_ahead or act.history_length > self._read
        else:
            self._is_ahead = False
        self._at_ns, self._read = at_ns, act.history_length
        return self._inner.activate(act)

    def get_info(self) -> Any:
        return self._inner.get_info()

    def get_serialization_context(self, command_info: Any) -> Any:
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        return self._inner.get_external_store_context(command_info)

    def get_thread_id(self) -> int | None:
        return self._inner.get_thread_id()
