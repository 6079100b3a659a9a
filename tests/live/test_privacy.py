"""What agents say among themselves never reaches the caller, at the most delicate moments."""

from robots.ears import of
from robots.scene import Scene
from robots.sound import Heard
from robots.waiting import until
from tests.live.course import briefing, consulting, with_a_again
from tests.live.judge import kept


def private(tones: list[Heard]) -> list[Heard]:
    return [one for one in tones if one.tone == "a-private"]


async def test_complete_in_the_middle_of_the_briefing_lets_no_word_out(scene: Scene) -> None:
    await scene.talking()
    await briefing(scene)
    await scene.accepted()
    assert scene.b.ears.hears("briefer")
    await scene.completed()
    await scene.ended()
    assert not scene.caller.ears.of(of("briefer"))
    assert not scene.b.ears.hears("briefer")
    await kept(scene)


async def test_what_a_says_while_she_switches_rooms_never_leaks(scene: Scene) -> None:
    await scene.talking()
    await scene.a.voice.say("One moment please, I will ask my colleague, and then I am back.")
    await consulting(scene)
    await scene.a.voice.say("Bea, this one is difficult, and she must not know that I said so.")
    await until(lambda: private(scene.b.ears.tones()), 5, "B to hear what A says in private")
    await scene.a.back_to_caller(scene.transfer_id)
    await scene.a.until_phase(scene.transfer_id, "briefing")
    await scene.caller.until_hears(scene.a.id)
    await scene.a.cancel(scene.transfer_id)
    await with_a_again(scene, "cancelled")
    assert not private(scene.caller.ears.tones())
    await kept(scene)
