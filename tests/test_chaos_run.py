"""`make chaos` with a seed that strikes every kind of part, on a stack of its own."""

from itertools import islice
from pathlib import Path

import pytest

from chaos.faults import Fault, every_fault
from chaos.plan import plans
from chaos.report import summed_up, told
from chaos.run import passed, run

SEED, TRANSFERS = 2732, 4


def parts_and_ways(faults: list[Fault]) -> tuple[set[str], set[str]]:
    return {part for fault in faults for part in fault.touches}, {fault.HOW for fault in faults}


def test_this_seed_strikes_every_kind_of_part_in_all_ways_but_one() -> None:
    chosen = islice(plans(SEED), TRANSFERS)
    parts, ways = parts_and_ways([strike.fault for plan in chosen for strike in plan.strikes])
    all_parts, all_ways = parts_and_ways(every_fault())
    assert parts == all_parts
    assert len(all_ways - ways) == 1


@pytest.mark.alone
@pytest.mark.timeout(420)
async def test_no_promise_is_broken_while_a_seed_breaks_everything_else(tmp_path: Path) -> None:
    results = await run(SEED, tmp_path, transfers=TRANSFERS)
    lines = [line for row in results.rows for line in told(row, SEED)]
    assert passed(results), "\n".join([*lines, *summed_up(results)])
    assert len(results.counting) >= TRANSFERS / 2, "\n".join(["void: too busy", *lines])
