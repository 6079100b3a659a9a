"""Exit 0 when the worker of this container asks Temporal for work: the container's health check."""

import asyncio
import os
import socket
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig

QUEUE = "control"
# A poll lasts up to a minute, and is seen when it begins.
STALE = timedelta(minutes=2)


async def polls() -> bool:
    """Whether this machine's worker has asked for work lately."""
    client = await Client.connect(**ClientConfig.load_client_connect_config())
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    since = datetime.now(UTC) - STALE
    return any(
        poller.identity.endswith(socket.gethostname())
        and poller.last_access_time.ToDatetime(UTC) > since
        for poller in described.pollers
    )


if __name__ == "__main__":
    healthy = asyncio.run(polls())
    # Its client has threads that crash one in three interpreters that end right after a call.
    os._exit(0 if healthy else 1)
