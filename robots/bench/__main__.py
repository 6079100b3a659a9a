"""`python -m robots.bench`: measure the product on a stack of its own, and judge the figures."""

import argparse
import asyncio
import logging
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from robots.bench.judge import judged
from robots.bench.picture import draw
from robots.bench.report import lines, write
from robots.bench.run import Bench
from robots.board import say
from stack.__main__ import INTERRUPTED
from stack.console import Trouble
from stack.environment import bare
from stack.local import MEASURED, LocalStack

OUT = Path("out")


def main() -> int:
    """Measure; 0 is every target met, and nothing void."""
    logging.basicConfig(level="CRITICAL")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="python -m robots.bench", description=__doc__)
    parser.add_argument("--transfers", type=int, default=20, help="how many to measure (20)")
    parser.add_argument("--kills", type=int, default=4, help="how many of each kind (4)")
    asked = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="warm-transfer-bench-"))
    try:
        # The sweeper opens connections while it sweeps: transfers have no part in them.
        env = {**bare(), "SWEEP_EVERY_S": "86400"}
        with LocalStack(data, env, free_ports=True, nice=MEASURED) as stack:
            bench = Bench(stack, asked.transfers, asked.kills)
            asyncio.run(bench.on_the_stack())
        asyncio.run(bench.in_memory())
    except Trouble as trouble:
        say(f"{trouble}\nThe logs of this run are in {data / 'logs'}.")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    verdicts = judged(bench.results)
    for line in lines(bench.results, verdicts):
        say(line)
    write(OUT / "bench.json", bench.results, verdicts)
    draw(bench.results, OUT / "bench.png")
    say(f"\nWritten: {OUT / 'bench.json'}, {OUT / 'bench.png'}")
    shutil.rmtree(data)
    return 0 if all(one.held for one in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
