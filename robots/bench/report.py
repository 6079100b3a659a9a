"""What a person and a program get to see of a run: a table, and JSON."""

import json
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from robots.bench.judge import Verdict
from robots.bench.results import Results, middle


def lines(results: Results, verdicts: list[Verdict]) -> Iterator[str]:
    """The table."""
    for one in verdicts:
        limit = f"{'≥' if one.at_least else '≤'} {one.target:.4g} {one.unit}".strip()
        yield f"{mark(one)}  {one.what:<64} {figure(one.figure, one.unit):>14}   {limit}"
    yield ""
    for title, figures in _absolute(results):
        if figures:
            yield f"   {title:<64} {figure(middle(figures), 'ms'):>14}   {_range(figures)}"
    if results.transfers:
        yield from _per_part(results)
    for section, reasons in results.void.items():
        yield f"   void: {section}: {'; '.join(reasons)}"


def write(path: Path, results: Results, verdicts: list[Verdict]) -> None:
    """Write everything as JSON, with where and when it was measured."""
    told = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": f"{platform.platform()}, Python {platform.python_version()}",
        "passed": all(one.held for one in verdicts),
        "verdicts": [asdict(one) | {"held": one.held} for one in verdicts],
        **asdict(results),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1))


def _absolute(results: Results) -> Iterator[tuple[str, list[float]]]:
    of = results.of_each
    yield "complete → caller and B hear each other", of(lambda o: o.heard.together)
    yield "bare permission change → both hear", results.permission
    yield "B's arrival → first word of the briefing", of(lambda o: o.first_word)
    yield "request → first word of the briefing", of(lambda o: o.heard.briefing)
    yield "bare dispatch → sound", results.dispatch
    yield "naive way: silence heard by the caller", [h.silence for h in results.hops]
    yield "naive way: caller unheard by any agent", [h.unheard for h in results.hops]
    yield "complete → together, nobody killed", results.undisturbed_step
    yield "complete → together, worker killed while it waits", results.killed_waiting
    yield "complete → together, worker killed inside a step", results.killed_inside


def _per_part(results: Results) -> Iterator[str]:
    parts = results.transfers[0].cpu
    for part in parts:
        spent = results.of_each(lambda one, part=part: one.cpu[part])  # type: ignore[misc]
        yield f"   {f'CPU of {part}, a transfer':<64} {figure(middle(spent), 'ms'):>14}"
    yield f"   Temporal actions: {_kinds([one.actions for one in results.transfers])}"
    yield f"   as Temporal meters: {_kinds([one.metered for one in results.transfers])}"
    if results.kept:
        growth = ", ".join(f"{name} {mb:+.2f}" for name, mb in results.kept.growth.items())
        yield f"   memory, MB a transfer: {growth}"
    if speed := results.throughput:
        yield (
            f"   in memory: {speed.transfers_per_s:.1f} transfers/s, "
            f"{speed.empty_per_s:.1f} workflows of six empty activities/s"
        )


def _kinds(counts: list[dict[str, int]]) -> str:
    kinds = sorted({kind for one in counts for kind in one})
    found = {kind: middle([one.get(kind, 0) for one in counts]) or 0 for kind in kinds}
    total = middle([sum(one.values()) for one in counts]) or 0
    return f"{total:g} ({', '.join(f'{kind} {count:g}' for kind, count in found.items())})"


def mark(verdict: Verdict) -> str:
    """Whether the target was met, in six letters."""
    if verdict.figure is None:
        return "void  "
    return "held  " if verdict.held else "MISSED"


def figure(known: float | None, unit: str) -> str:
    """A figure with its unit, or a dash."""
    if known is None:
        return "-"
    shown = f"{known:.0f}" if unit in ("ms", "") else f"{known:.2f}"
    return f"{shown} {unit}".strip()


def _range(figures: list[float]) -> str:
    return f"{min(figures):.0f} … {max(figures):.0f}, {len(figures)} times"


def commit() -> str | None:
    """What is measured, by git; what is written about it doesn't count: a proof writes a page."""
    at = _git("describe", "--always")
    is_changed = _git("diff", "HEAD", "--name-only", "--", ".", ":!docs")
    return f"{at}-dirty" if is_changed else at or None


def _git(*arguments: str) -> str:
    said = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return said.stdout.strip()
