"""One run: transfer after transfer on one ground, each after a plan of the seed."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from chaos.bounds import verdicts
from chaos.figures import Results, Row
from chaos.ground import Ground
from chaos.measure import measured
from chaos.plan import Plan, plans
from chaos.play import Play
from chaos.report import told
from robots.board import say
from robots.forget import forget

TRIES = 2
MINUTES = 3.0


async def run(
    seed: int,
    data: Path,
    *,
    minutes: float = MINUTES,
    transfers: int = 0,
    only: int = 0,
    anyway: bool = False,
) -> Results:
    """Play the transfers of a seed: so many, or one of them alone, or as many as fit.

    A transfer that finds the machine too busy is played once more, then it is void; not `anyway`.
    """
    results = Results(seed)
    async with Ground(data) as ground:
        ends = time.monotonic() + minutes * 60
        for plan in _chosen(seed, transfers, only):
            if not (transfers or only) and time.monotonic() > ends:
                break
            row = await _counted(ground, plan, tries=1 if anyway else TRIES)
            row = replace(row, disturbances=()) if anyway else row
            results.rows.append(row)
            for line in told(row, seed):
                say(line)
    return results


def passed(results: Results) -> bool:
    """Something was measured, and no promise nor bound was broken."""
    kept = not any(row.broken for row in results.counting)
    return bool(results.counting) and kept and all(one.held for one in verdicts(results))


def _chosen(seed: int, transfers: int, only: int) -> Iterator[Plan]:
    if only:
        return islice(plans(seed), only - 1, only)
    return islice(plans(seed), transfers or None)


async def _counted(ground: Ground, plan: Plan, tries: int) -> Row:
    for _ in range(tries):
        forget()
        play = Play(ground, plan)
        await play.out()
        row = measured(play)
        if row.broken:
            ids = play.scene.call_id, play.scene.transfer_id
            await ground.ops.keep_histories(ground.histories, *ids)
        if row.counts:
            break
    return row
