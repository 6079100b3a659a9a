"""Who is asked twice, asked at a bad time, or asked for by two at once; and calls handed on."""

import pytest

from robots.agent import Agent
from robots.checker import broken
from robots.http import Json, Problem
from robots.scene import Scene, Stage
from robots.voice import Voice
from robots.waiting import until
from tests.live.course import LONG, briefing, goes_through, with_a_again
from tests.live.judge import kept
from tests.matrix import Row, State


async def refused(scene: Scene, to: str) -> tuple[int, str, str | None]:
    """How it is answered when A asks for a transfer of this call once more."""
    body: Json = {"call_id": scene.call_id, "to": {"agent": to}}
    with pytest.raises(Problem) as refusal:
        await scene.a.api.start_transfer(body)
    return refusal.value.status, refusal.value.code, refusal.value.transfer_id


async def states(scene: Scene) -> dict[str, str | None]:
    """What everybody sees of these two agents: available, ringing, on a call."""
    listed = {agent.id: agent.state for agent in await scene.a.api.agents()}
    return {"A": listed[scene.a.id], "B": listed[scene.b.id]}


async def test_a_second_transfer_and_one_to_oneself_are_refused(scene: Scene) -> None:
    await scene.talking()
    assert await refused(scene, scene.a.id) == (422, "transfer_to_oneself", None)
    await briefing(scene)
    assert await refused(scene, scene.b.id) == (409, "transfer_running", scene.transfer_id)
    await goes_through(scene)
    await kept(scene)


@pytest.mark.cell(Row.B_DECLINES, State.PREPARING)
@pytest.mark.cell(Row.B_IS_RESERVED, State.OFFERING)
async def test_an_agent_who_is_being_asked_can_not_be_rung_by_another(
    scene: Scene, stage: Stage
) -> None:
    async with Scene(stage) as other:
        await other.talking()
        await other.offering(patience=LONG)
        assert await states(other) == {"A": "on_call", "B": "ringing"}
        await scene.talking()
        transfer = await scene.a.transfer(scene.call_id, other.b.id)
        scene.transfer_id = transfer.id
        await with_a_again(scene, "busy")
        await other.b.accept(other.transfer_id)
        await other.briefed()
        await other.completed()
        await other.ended()
        await kept(other)
    await kept(scene)


@pytest.mark.cell(Row.B_IS_RESERVED, State.JOINED, State.RETURNING)
async def test_whoever_is_done_with_a_transfer_can_be_asked_again(scene: Scene) -> None:
    await scene.talking()
    await briefing(scene)
    await scene.b.decline(scene.transfer_id, "Not me, just now.")
    await with_a_again(scene, "declined")
    await until_states(scene, A="on_call", B="available")
    await briefing(scene)
    await goes_through(scene)
    await until_states(scene, A="available", B="on_call")
    await kept(scene)


async def until_states(scene: Scene, **wanted: str) -> None:
    async def there() -> bool:
        return await states(scene) == wanted

    await until(there, 5, f"the agents to be {wanted}", 0.1)


@pytest.mark.cell(Row.ASKED_AGAIN, State.JOINED)
async def test_a_caller_is_handed_on_and_on(scene: Scene, stage: Stage) -> None:
    await scene.talking()
    await briefing(scene)
    await goes_through(scene)
    assert not broken(await scene.observation())
    async with Agent(stage.url, f"Cleo {scene.call_id[-4:]}", Voice("c")) as cleo:
        await cleo.sign_in()
        scene.a, scene.b = scene.b, cleo
        await briefing(scene)
        await goes_through(scene)
        await kept(scene)
