"""What people and programs get to see: `docs/proof.md`, and JSON by part in `out/proof`."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from robots.bench.judge import Verdict
from robots.bench.report import commit, figure, mark
from tests.matrix import MATRIX, NOT_HERE
from tests.proof.parts import OUT, Found, Played

PAGE = Path("docs/proof.md")
MOST_SILENCE_S, MIDDLE_SILENCE_S = 5.0, 3.0
TRANSFERS = 200


def keep(part: str, found: Found, seed: int) -> None:
    """Keep what one part has found, with what it was found of."""
    kept = {
        "part": part,
        "commit": commit(),
        "seed": seed,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "passed": found.passed,
        **asdict(found),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{part}.json").write_text(json.dumps(kept, indent=1))


def kept(*parts: str) -> list[dict[str, Any]]:
    """What these parts have found when they were played last."""
    paths = [OUT / f"{part}.json" for part in parts]
    return [json.loads(path.read_text()) for path in paths if path.exists()]


def overall(rows: list[Played]) -> list[Verdict]:
    """The figures over everything that was played."""
    faulty = [row for row in rows if row.has_fault]
    silences = [row.silence_s for row in faulty if row.silence_s is not None]
    lost = [row for row in rows if "none" in row.outcome.split(", ")]
    return [
        Verdict(
            "transfers with faults", sum(r.transfers for r in faulty), TRANSFERS, "", at_least=True
        ),
        Verdict("callers lost: transfers without an outcome", len(lost), 0, ""),
        Verdict("promises and bounds broken", sum(len(row.broken) for row in rows), 0, ""),
        Verdict(
            "silence of a caller, median",
            median(silences) if silences else None,
            MIDDLE_SILENCE_S,
            "s",
        ),
        Verdict("silence of a caller, longest", max(silences, default=None), MOST_SILENCE_S, "s"),
    ]


def rows_of(parts: list[dict[str, Any]]) -> list[Played]:
    """All lines of these parts."""
    told = [row for part in parts for row in part["rows"]]
    return [Played(**row | {"broken": tuple(row["broken"])}) for row in told]


def lines_of(verdicts: list[Verdict]) -> Iterator[str]:
    """Figures beside their targets."""
    for one in verdicts:
        limit = f"{'≥' if one.at_least else '≤'} {one.target:g} {one.unit}".strip()
        yield f"{mark(one)} {one.what:<70} {figure(one.figure, one.unit):>10}   {limit}"


def write(parts: list[dict[str, Any]]) -> None:
    """Write the page, from whatever parts were played."""
    PAGE.write_text("\n".join(_page(parts)) + "\n")


def _page(parts: list[dict[str, Any]]) -> Iterator[str]:
    yield from ("# The proof", "", "Written by `make prove`; every line was played.", "")
    yield from ("| part | passed | commit | seed | date |", "|---|---|---|---|---|")
    for part in parts:
        yield "| {part} | {passed} | `{commit}` | {seed} | {date} |".format(**part)
    own = [Verdict(**one) for part in parts for one in part["verdicts"]]
    yield from ("", "## Figures", "", "```")
    yield from lines_of([*overall(rows_of(parts)), *own])
    yield from ("```", "", *[f"- {one}" for part in parts for one in part["remarks"]], "")
    yield from (
        "## What each cell promises",
        "",
        "| event | state | what happens |",
        "|---|---|---|",
    )
    for row, states in MATRIX.items():
        yield from (f"| {row} | {state} | {promised} |" for state, promised in states.items())
    yield ""
    yield from (f"- Not here: {number}, {why}." for number, why in NOT_HERE.items())
    for part in parts:
        yield from ("", f"## What was played: {part['part']}", "", *_table(rows_of([part])))


def _table(rows: list[Played]) -> Iterator[str]:
    yield "| what | by | outcome | silence, s | recovered, s | broken |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        figures = (_seconds(row.silence_s), _seconds(row.recovered_s))
        cells = (row.what, f"`{row.by}`", row.outcome, *figures, "; ".join(row.broken))
        yield "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |"


def _seconds(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.1f}"
