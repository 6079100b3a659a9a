"""`python -m tests.proof`: play everything that is promised, or a part of it, and write it down."""

import argparse
import asyncio
import logging
import secrets
import signal
import sys
from collections.abc import Iterable

from robots.board import say
from stack.__main__ import INTERRUPTED
from stack.console import Trouble
from tests.proof import report
from tests.proof.breaking import chaos, soak
from tests.proof.parts import OUT, Part, Wanted
from tests.proof.playing import matrix, properties

PARTS: dict[str, Part] = {
    "matrix": matrix,
    "properties": properties,
    "chaos": chaos,
    "soak": soak,
}


def main() -> int:
    """Play; 0 is every promise kept, and every target met."""
    logging.basicConfig(level="CRITICAL")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)} (all)")
    parser.add_argument("--minutes", type=float, default=0.0, help="of chaos (45) and soak (30)")
    parser.add_argument("--steps", type=int, default=10_000, help="of the properties (10,000)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000), help="of chance")
    asked = parser.parse_args()
    wanted = Wanted(asked.seed, asked.minutes, asked.steps)
    names = asked.parts or list(PARTS)
    if unknown := set(names) - set(PARTS):
        parser.error(f"there is no part {', '.join(unknown)}")
    try:
        passed = asyncio.run(play(names, wanted))
    except Trouble as trouble:
        say(str(trouble))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    parts = report.kept(*PARTS)
    report.write(parts)
    figures = report.overall(report.rows_of(parts)) if set(names) == set(PARTS) else []
    for line in report.lines_of(figures):
        say(line)
    say(f"Written: {report.PAGE}, {OUT}")
    return 0 if all(passed) and all(one.held for one in figures) else 1


async def play(names: Iterable[str], wanted: Wanted) -> list[bool]:
    """Play parts one after the other in one event loop, for robots keep what is bound to it."""
    return [await _play(name, wanted) for name in names]


async def _play(name: str, wanted: Wanted) -> bool:
    """Play one part, keep what it found, and say its figures."""
    say(f"— {name}, seed {wanted.seed}")
    found = await PARTS[name](wanted)
    report.keep(name, found, wanted.seed)
    for row in found.rows:
        for what in row.broken:
            say(f"BROKEN {row.by}: {what}")
    for line in report.lines_of(found.verdicts):
        say(line)
    return found.passed


if __name__ == "__main__":
    sys.exit(main())
