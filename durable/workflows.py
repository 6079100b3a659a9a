"""`Workflows` on Temporal: asked one by one, for its lists lag behind."""

import asyncio

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import Unreachable

ENDED = {
    WorkflowExecutionStatus.COMPLETED,
    WorkflowExecutionStatus.FAILED,
    WorkflowExecutionStatus.CANCELED,
    WorkflowExecutionStatus.TERMINATED,
    WorkflowExecutionStatus.TIMED_OUT,
}
"""Whatever else a server may come to say counts as running."""
AT_ONCE = 20


class TemporalWorkflows:
    """Knows by id whether a workflow runs; of several runs the newest counts."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def running(self, owners: frozenset[str]) -> frozenset[str]:
        """Say which of these run.

        Raises:
            Unreachable: Temporal did not answer for one of them.
        """
        turns = asyncio.Semaphore(AT_ONCE)

        async def runs(owner: str) -> bool:
            async with turns:
                return await self._runs(owner)

        asked = sorted(owners)
        answers = await asyncio.gather(*map(runs, asked))
        return frozenset(owner for owner, runs in zip(asked, answers, strict=True) if runs)

    async def _runs(self, owner: str) -> bool:
        try:
            described = await self._client.get_workflow_handle(owner).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False  # it ended longer ago than Temporal remembers
            raise Unreachable(f"Temporal did not answer ({error.status.name})") from error
        except RuntimeError as error:
            raise Unreachable("Temporal could not be connected to") from error
        except ValueError:
            return True  # a status that this SDK doesn't know
        return described.status not in ENDED
