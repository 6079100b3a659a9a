"""A picture of a run: every transfer a dot, beside the naive way and the bare programs."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from robots.bench.results import Results, middle

mpl.use("Agg")

COLOURS = ("#16a34a", "#9ca3af", "#2563eb", "#ea580c")
Rows = dict[str, list[float]]


def draw(results: Results, path: Path) -> None:
    """Write the picture as PNG; what is void is left out."""
    heard = [one.heard for one in results.transfers]
    panels: dict[str, Rows] = {
        "ms without a voice; below 0 they overlap": {
            "caller hears nobody": [one.gap for one in heard if one.gap is not None],
            "… the naive way": [hop.silence for hop in results.hops],
            "nobody hears caller": [
                one.gap_of_caller for one in heard if one.gap_of_caller is not None
            ],
            "…  the naive way": [hop.unheard for hop in results.hops],
        },
        "ms to wait": {
            "complete → together": [one.together for one in heard if one.together is not None],
            "bare permission": results.permission,
            "B there → first word": results.of_each(lambda one: one.first_word),
            "bare dispatch": results.dispatch,
        },
        "complete → together, ms": {
            "nobody killed": results.undisturbed_step,
            "killed waiting": results.killed_waiting,
            "killed in a step": results.killed_inside,
        },
    }
    figure = Figure(figsize=(14, 4.2), layout="constrained")
    for axes, (title, rows) in zip(figure.subplots(1, len(panels)), panels.items(), strict=True):
        _panel(axes, title, {name: found for name, found in rows.items() if found})
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def _panel(axes: Axes, title: str, rows: Rows) -> None:
    for level, (figures, colour) in enumerate(zip(rows.values(), COLOURS, strict=False)):
        axes.plot(figures, [level] * len(figures), "o", color=colour, alpha=0.5)
        axes.plot([middle(figures) or 0] * 2, [level - 0.3, level + 0.3], color=colour, lw=3)
    axes.axvline(0, color="black", lw=0.8)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.invert_yaxis()
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
