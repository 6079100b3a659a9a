"""The banner says who hears an agent as it is, and not as it has been written down."""

from temporalio.client import Client, WorkflowHandle

from stack.local import LocalStack
from tests.live.parts import locked
from tests.live.web.cast import talking
from tests.live.web.conftest import OpenTab

RUNNING = "WorkflowType = 'TransferWorkflow' AND ExecutionStatus = 'Running'"


async def newest_transfer(stack: LocalStack) -> WorkflowHandle[None, None]:
    """The transfer that has just begun, for somebody at the Temporal CLI."""
    client = await Client.connect(stack.urls["temporal"])
    running = [one async for one in client.list_workflows(RUNNING)]
    return client.get_workflow_handle(max(running, key=lambda one: one.start_time).id)


async def test_the_banner_turns_with_the_move_though_nobody_can_write_it_down(
    open_tab: OpenTab, mark: str, stack: LocalStack
) -> None:
    cast = await talking(open_tab, mark)
    await cast.ask()
    await cast.briefing()
    await cast.consulting()
    transfer = await newest_transfer(stack)
    async with locked(stack.env["DATABASE_URL"]):
        await transfer.signal("accept")
        await transfer.signal("complete")
        await cast.maya.until_hears("b")
        await cast.bea.audience("caller")
    await cast.together()
    await cast.outcome("completed")
    await cast.hung_up()
