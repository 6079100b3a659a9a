"""What a call promises: the caller is always with somebody."""

from domain.journal import Event
from tests.stage import Stage


async def test_a_caller_waits_with_hold_audio_and_talks_to_the_agent_who_answers(
    stage: Stage,
) -> None:
    call = await stage.call()
    await call.waits()
    await call.answer(stage.person("agt_a"))
    await call.is_with("agt_a")
    assert not call.hears_hold()
    assert call.events[0] is Event.CALL_OPENED
