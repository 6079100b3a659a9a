"""`python -m chaos`: break the product in the middle of real transfers, and hold it to its word."""

import argparse
import asyncio
import logging
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from chaos.report import summed_up
from chaos.run import MINUTES, passed, run
from robots.board import say
from stack.__main__ import INTERRUPTED
from stack.console import Trouble


def main() -> int:
    """Play; 0 is every promise kept."""
    logging.basicConfig(level="CRITICAL")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000), help="of the plan")
    parser.add_argument("--transfers", type=int, default=0, help="how many (as many as fit)")
    parser.add_argument("--only", type=int, default=0, help="this one of them alone")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="for how long (3)")
    parser.add_argument("--anyway", action="store_true", help="count, however busy the machine is")
    asked = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="warm-transfer-chaos-"))
    say(f"seed {asked.seed}")
    try:
        playing = run(
            asked.seed,
            data,
            minutes=asked.minutes,
            transfers=asked.transfers,
            only=asked.only,
            anyway=asked.anyway,
        )
        results = asyncio.run(playing)
    except Trouble as trouble:
        say(f"{trouble}\nThe logs of this run are in {data / 'logs'}.")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    for line in summed_up(results):
        say(line)
    if not passed(results):
        say(f"The logs of this run and the histories of what broke are in {data}.")
        return 1
    shutil.rmtree(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
