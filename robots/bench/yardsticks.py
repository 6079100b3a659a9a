"""Runs the bare programs beside the product, each in a process of its own."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from robots.bench.vigil import Quiet, Vigil
from robots.scene import Stage

BARE = Path(__file__).parent / "bare"
START_WITHIN_S, PER_ROUND_S = 40.0, 30.0
REGISTERED = b"registered worker"


@dataclass(frozen=True)
class Bare:
    """What a bare program measured, in ms, and how quiet the machine was."""

    quiet: Quiet
    took: list[float]


async def measured(stage: Stage, program: str, rounds: int) -> Bare:
    """Run `bare/<program>.py` for that many rounds."""
    argv = (sys.executable, str(BARE / f"{program}.py"), stage.livekit_url)
    keys = (stage.livekit_key, stage.livekit_secret, str(rounds))
    vigil = Vigil()
    async with vigil.watching():
        process = await asyncio.create_subprocess_exec(
            *argv, *keys, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(START_WITHIN_S + rounds * PER_ROUND_S):
                said, complained = await process.communicate()
        except TimeoutError:
            process.kill()
            raise
    if process.returncode:
        raise RuntimeError(f"bare {program} failed:\n{complained.decode()[-2000:]}")
    return Bare(vigil.quiet(), json.loads(said.splitlines()[-1]))


@asynccontextmanager
async def bare_agent(stage: Stage, log: Path) -> AsyncIterator[None]:
    """Have the bare agent registered while the block runs."""
    told = {
        **os.environ,
        "LIVEKIT_URL": stage.livekit_url,
        "LIVEKIT_API_KEY": stage.livekit_key,
        "LIVEKIT_API_SECRET": stage.livekit_secret,
        # 244 MB of speech models that neither we nor the bare agent use.
        "LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE": "0",
    }
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(BARE / "agent.py"), "start"),
            env=told,
            stdout=written,
            stderr=written,
        )
    try:
        async with asyncio.timeout(START_WITHIN_S):
            while REGISTERED not in log.read_bytes():
                if process.returncode is not None:
                    raise RuntimeError(f"the bare agent ended; see {log}")
                await asyncio.sleep(0.05)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 15)
            except TimeoutError:
                process.kill()
                await process.wait()
