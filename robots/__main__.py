"""`python -m robots demo`: play a caller and two agents against a running product."""

import asyncio
import logging
import os
import sys

from robots.board import say
from robots.demo import demo
from robots.forget import forget
from robots.outside import sit
from robots.scene import Stage
from robots.serve import serve

USAGE = "usage: python -m robots demo | serve   (WARM_TRANSFER_URL says where the api is)"


def main(arguments: list[str]) -> int:
    """Run what was asked for; 0 is all promises kept."""
    # The media library calls every room that closes an error; whatever matters is shown anyway.
    logging.basicConfig(level=os.environ.get("ROBOTS_LOG_LEVEL", "CRITICAL"))
    forget()
    match arguments:
        case ["demo"]:
            return 1 if asyncio.run(demo(Stage.of(os.environ))) else 0
        case ["serve"]:
            serve(os.environ)
            return 0
        case ["sit", tone]:
            asyncio.run(sit(tone))
            return 0
        case _:
            say(USAGE)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
