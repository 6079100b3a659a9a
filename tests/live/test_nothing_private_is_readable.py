"""Names, notes, turns, reasons and tokens: in no log, no LiveKit list and nothing of Temporal."""

import base64
import secrets
import string

from robots.scene import Scene
from stack.local import LocalStack
from tests.live.course import with_a_again
from tests.live.judge import hung_up, kept
from tests.live.readable import database, histories, laid_open, listed, logs

PLANTED = ("name", "agent", "about", "turn", "aside", "note", "edited", "reason")


async def test_no_name_word_or_token_in_logs_livekit_and_temporal(
    scene: Scene, stack: LocalStack
) -> None:
    canary = {what: f"canary{_letters(12)}" for what in PLANTED}
    scene.caller.name, scene.b.name = f"Maya {canary['name']}", f"Bea {canary['agent']}"
    assert scene.witness
    async with listed(scene.witness.lk) as seen:
        await scene.talking(about=canary["about"])
        await scene.caller.say(f"My number is {canary['turn']}.")
        await scene.a.say(scene.call_id, f"She seems to be {canary['aside']}.", "note")
        await scene.offering(notes=f"Careful: {canary['note']}.", reference="case-1")
        await scene.briefed()
        assert scene.transfer.briefing
        assert canary["turn"] in scene.transfer.briefing.text
        await scene.a.api.edit_briefing(scene.transfer_id, f"It is about {canary['edited']}.")
        await scene.consulting()
        await scene.b.decline(scene.transfer_id, f"I can't: {canary['reason']}.")
        await with_a_again(scene, "declined")
        # Now, for whoever reads all this holds up everybody's microphone for seconds.
        hung_up_at = await hung_up(scene)
    told, kept_by_temporal = await histories(stack, scene), database(stack)
    texts = {"LiveKit's lists": "\n".join(seen), **logs(stack), **told, **kept_by_temporal}
    # What is looked through is what it should be, and can be read.
    assert {f"{part}.log" for part in stack.names} <= set(texts)
    assert scene.caller.id in texts["LiveKit's lists"]
    assert all(scene.transfer_id in text for text in told.values())
    assert any(scene.transfer_id in text for text in kept_by_temporal.values())
    opened = {name: laid_open(text) for name, text in texts.items()}
    canaries = (*canary.values(), *tokens(scene))
    await kept(scene, hung_up_at=hung_up_at, texts=opened, canaries=canaries)


def test_what_is_wrapped_in_base64_is_found() -> None:
    told = b"x" * 7 + base64.b64encode(b'{"name": "canary0123456789ab"}')
    wrapped = base64.urlsafe_b64encode(b"{}" + told).decode()
    assert "canary0123456789ab" in laid_open(f"payload {wrapped}, abc")


def _letters(length: int) -> str:
    # No digits: seven in a row are a number to the briefing, which leaves it out.
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(length))


def tokens(scene: Scene) -> list[str]:
    """The signature of every token that anybody holds: without it a token is none."""
    seats = [place.seat for one in scene.people for place in (*one.places.values(), *one.former)]
    held = [seat.token for seat in seats]
    held += [one.api.http.headers["Authorization"].removeprefix("Bearer ") for one in scene.people]
    return [token.rpartition(".")[2] for token in held]
