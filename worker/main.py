"""Runs the workers until told to stop."""

import asyncio
import gc
import logging
import signal
import sys
from contextlib import AsyncExitStack

from pydantic import ValidationError

from adapters.livekit import open_livekit
from adapters.logs import setup_logging
from adapters.sealing import Sealer
from adapters.sql import open_record
from adapters.summaries import ModelSummaries
from domain.ports import Ports
from domain.settings import (
    DatabaseSettings,
    LiveKitSettings,
    LogSettings,
    ModelSettings,
    SecretSettings,
    SweepSettings,
    explain,
)
from durable.connect import connect
from durable.schedules import keep_schedules
from durable.search_attributes import register_search_attributes
from durable.workflows import TemporalWorkflows
from worker.build import build_workers

log = logging.getLogger(__name__)


def main() -> None:
    """Read the settings, and serve."""
    try:
        livekit = LiveKitSettings()
        secret = SecretSettings()
        database, models, logs = DatabaseSettings(), ModelSettings(), LogSettings()
        sweep = SweepSettings()
    except ValidationError as error:
        sys.exit(explain(error))
    setup_logging(logs)
    asyncio.run(serve(livekit, database, secret, models, sweep))
    # A Temporal client that Python meets at its very end crashes it in one of three runs
    # (measured, temporalio 1.35).
    gc.collect()


async def serve(
    livekit: LiveKitSettings,
    database: DatabaseSettings,
    secret: SecretSettings,
    models: ModelSettings,
    sweep: SweepSettings,
) -> None:
    """Run the workers until SIGTERM or SIGINT; what is under way is finished first."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client = await connect()
    await register_search_attributes(client)
    await keep_schedules(client, sweep)
    async with AsyncExitStack() as stack:
        media = await stack.enter_async_context(open_livekit(livekit))
        record = await stack.enter_async_context(open_record(database.url))
        summaries = ModelSummaries(models)
        ports = Ports(
            rooms=media.rooms,
            tokens=media.tokens,
            voices=media.voices,
            summaries=summaries,
            journal=record,
            seats=record,
            briefings=record,
            reservations=record,
            sealing=Sealer(secret.secret_key.get_secret_value()),
            leftovers=record,
            workflows=TemporalWorkflows(client),
        )
        await summaries.warm()
        workers = build_workers(client, ports)
        for worker in workers:
            await stack.enter_async_context(worker)
        log.info("worker ready")
        await stop.wait()
        log.info("worker stopping")
        # At once: while one finishes, no other takes on anything new.
        await asyncio.gather(*(worker.shutdown() for worker in workers))
