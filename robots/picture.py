"""A picture of a transfer: who could hear whom, second by second, phases as background."""

from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from robots.ears import of
from robots.person import Person
from robots.scene import Scene

mpl.use("Agg")

# A phase that is shorter has no room for its name.
NARROW_S = 0.5
PHASES = {
    "preparing": "#f3f4f6",
    "offering": "#e0f2fe",
    "briefing": "#dcfce7",
    "consulting": "#fef9c3",
    "moving": "#fee2e2",
    "introducing": "#ede9fe",
    "returning": "#ffedd5",
}
VOICES = {
    "caller": "#2563eb",
    "A": "#16a34a",
    "B": "#ea580c",
    "hold": "#9ca3af",
    "briefer": "#9333ea",
}


def draw(scene: Scene, title: str, path: Path) -> None:
    """Write the picture as PNG."""
    rows = list(_rows(scene))
    figure = Figure(figsize=(12, 1.4 + 0.42 * len(rows)), layout="constrained")
    axes: Axes = figure.subplots()
    for level, (_, voice, spans) in enumerate(rows):
        axes.broken_barh(spans, (level - 0.38, 0.76), facecolors=VOICES[voice])
    _phases(axes, scene)
    axes.set_yticks(range(len(rows)), [label for label, _, _ in rows])
    axes.invert_yaxis()
    axes.set_xlabel("seconds since the call began; background: the phase as Agent A was told")
    axes.set_title(title, loc="left", pad=22)
    axes.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def _rows(scene: Scene) -> Iterator[tuple[str, str, list[tuple[float, float]]]]:
    voices = {
        "A": scene.a.id,
        "B": scene.b.id,
        "caller": scene.caller.id,
        "hold": "host",
        "briefer": "briefer",
    }
    listeners: tuple[tuple[str, Person, str], ...] = (
        ("caller", scene.caller, "A B hold briefer"),
        ("A", scene.a, "caller B briefer"),
        ("B", scene.b, "caller A briefer"),
    )
    for name, person, others in listeners:
        for voice in others.split():
            spans = person.ears.heard(of(voices[voice]))
            bars = [(one.began - scene.began, one.lasts_s) for one in spans]
            yield f"{name} hears {voice}", voice, bars


def _phases(axes: Axes, scene: Scene) -> None:
    seen = [state for state in scene.states(scene.a) if state.is_transfer]
    for phase, states in groupby(pairwise(seen), key=lambda pair: pair[0].phase):
        spans = list(states)
        began, ended = spans[0][0].at - scene.began, spans[-1][1].at - scene.began
        axes.axvspan(began, ended, color=PHASES.get(phase, "white"), zorder=0)
        if ended - began > NARROW_S:
            axes.text(began, -0.62, phase, fontsize=8, rotation=25, va="bottom", ha="left")
