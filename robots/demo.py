"""The demo: the quick way and a consultation, played by robots, shown, measured and judged."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from robots.board import Board
from robots.checker import Broken, broken
from robots.measure import UNDISTURBED_S, figures
from robots.picture import draw
from robots.recording import mixed, write_opus, write_wav
from robots.scene import Scene, Stage
from robots.sound import Span

OUT = Path("out")
PILOT = 0.03
LISTENS_S = 4.0
TALKS_S = 3.5

TALK = (
    ("caller", "Hello, I was billed twice in October, ninety eight pounds each time."),
    ("a", "I am sorry to hear that. I can see both payments. I have blocked the second one."),
    ("caller", "Thank you. I would like the money back this week, please."),
    ("a", "A refund needs my colleague in billing. I will put you through to her."),
)


@dataclass(frozen=True)
class Act:
    """One way of handing over: `name` is in its files, `title` above its lines."""

    name: str
    title: str
    play: Callable[[Scene, Board], Awaitable[None]]


async def demo(stage: Stage, out: Path = OUT) -> int:
    """Play both acts; the answer is the number of broken promises."""
    board = Board()
    if not stage.has_witness:
        board.lines("Without LIVEKIT_URL, _API_KEY and _API_SECRET nobody watches the rooms", [])
    return sum([len(await play(stage, board, act, out)) for act in ACTS])


async def play(stage: Stage, board: Board, act: Act, out: Path) -> list[Broken]:
    """One act from the ringing phone to the hang-up; what it broke."""
    board.heading(act.title)
    async with Scene(stage, pilot=PILOT) as scene:
        board.follow(scene.a)
        undisturbed = await conversation(scene, board)
        await act.play(scene, board)
        await scene.passing(TALKS_S)
        observed = await scene.observation()
        found = broken(observed)
        await scene.caller.hang_up()
        board.show("caller", "hangs up")
        found += await scene.left_behind(observed)
        report(scene, board, act, undisturbed, out)
    found = list(dict.fromkeys(found))
    board.lines("Promises", [str(one) for one in found] or ["all kept"])
    return found


async def conversation(scene: Scene, board: Board) -> Span:
    """Caller and Agent A talk; the window in which nothing else happened."""
    await scene.ringing()
    board.show("caller", "called, and hears hold audio")
    await scene.a.answer(scene.call_id)
    await scene.together(scene.a)
    board.show("A", "answered; they hear each other")
    talk = asyncio.create_task(_talk(scene, board))
    watched = await scene.passing(UNDISTURBED_S)
    await talk
    await scene.watched()
    return watched


async def _talk(scene: Scene, board: Board) -> None:
    for who, text in TALK:
        person = scene.caller if who == "caller" else scene.a
        board.show("caller" if who == "caller" else "A", f"“{text}”")
        await scene.said(person, text)


async def quick(scene: Scene, board: Board) -> None:
    """B hears the briefing and accepts while A still talks; A says goodbye with one key."""
    await ask(scene, board)
    await accept(scene, board)
    await scene.a.voice.say("Bea will take care of it now. Goodbye!")
    await complete(scene, board)


async def consultation(scene: Scene, board: Board) -> None:
    """A goes to talk with B, the caller hears hold audio; B accepts, A completes."""
    await ask(scene, board)
    await scene.consulting()
    board.show("A", "talks with B in private; the caller hears hold audio")
    await scene.a.voice.say("Bea, she was charged twice. Can you refund it today?")
    await scene.passing(TALKS_S)
    await scene.b.voice.say("Yes, put her through.")
    await accept(scene, board)
    await complete(scene, board)


async def ask(scene: Scene, board: Board) -> None:
    """A asks for the transfer; B answers and is briefed."""
    await scene.offering(notes="Billed twice in October; the second payment is blocked.")
    board.show("B", "her phone rings")
    await scene.briefed()
    board.show("B", "hears the first word of the briefing")
    briefing = scene.transfer.briefing
    if briefing:
        board.show("B", f"reads ({briefing.source}): {briefing.text}")
    await scene.passing(LISTENS_S)


async def accept(scene: Scene, board: Board) -> None:
    """B says yes."""
    await scene.accepted()
    board.show("B", "accepted")


async def complete(scene: Scene, board: Board) -> None:
    """A lets go; caller and B hear each other."""
    await scene.completed()
    board.show("caller", "and B hear each other")
    await scene.ended()
    await scene.b.voice.say("Hello, this is Bea from billing. You will have it back on Friday.")


def report(scene: Scene, board: Board, act: Act, undisturbed: Span, out: Path) -> None:
    """Print the figures; write the picture and the recording."""
    measured = figures(scene, undisturbed)
    board.lines("Measured", measured.lines())
    if not measured.counts:
        board.lines("This machine was too busy: the silences above don't count", [])
    picture, recording = out / f"demo-{act.name}.png", out / f"demo-{act.name}-caller.wav"
    draw(scene, act.title, picture)
    last = max(track.arrivals[-1] for track in scene.caller.ears.tracks if track.arrivals)
    heard = mixed(scene.caller.ears, scene.began, last)
    write_wav(recording, heard)
    # What the home page plays while a first start builds; copied to web/src/recording by hand.
    write_opus(recording.with_suffix(".webm"), heard)
    labels = [
        {"at": round(max(0.0, at - scene.began), 1), "who": who, "what": what}
        for at, who, what in board.shown
        if who != "timeline"
    ]
    recording.with_suffix(".json").write_text(json.dumps(labels, indent=1) + "\n")
    board.lines("Written", [str(picture), str(recording)])


ACTS = (
    Act("quick", "The quick way: no hold at all", quick),
    Act("consult", "With a consultation", consultation),
)
