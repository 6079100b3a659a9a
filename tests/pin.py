"""`python -m tests.pin`: keep a generation of histories of the code as it is committed."""

import asyncio
import logging
import subprocess
import sys

from temporalio.runtime import Runtime, TelemetryConfig

from tests.generations import ENDING, FOLDER, Generation
from tests.plays import PLAYS
from tests.servers import running_temporal
from tests.stage import connected

DECIDES = ("workflows", "domain")
"""What a workflow's history depends on."""


async def pin() -> None:
    """Play everything once, and keep what was written."""
    if changed := _git("status", "--porcelain", "--", *DECIDES):
        sys.exit(f"Commit first: a generation is named after the code that wrote it.\n{changed}")
    generation = Generation(_git("log", "-1", "--format=%cs-%h", "--", *DECIDES))
    if (FOLDER / f"{generation.name}{ENDING}").exists():
        sys.exit(f"{generation.name} is kept already, and nothing it depends on has changed.")
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=None)))
    logging.disable()  # plays in which something fails are loud
    async with running_temporal() as server:
        await generation.add(await connected(server), PLAYS)
    path = generation.write()
    kept = f"{len(generation.histories)} histories, {path.stat().st_size // 1024} KB"
    sys.stdout.write(f"{path.name}: {kept}. Commit it.\n")


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    asyncio.run(pin())
