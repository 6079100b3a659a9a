"""The database is away for a minute, SQLite's file or a Postgres: nothing else is different."""

import pytest

from chaos.proxy import running_proxy
from robots.scene import Scene, Stage
from stack.local import LocalStack
from tests.live.parts import locked, swallowed, told
from tests.live.test_database_away import goes_through
from tests.matrix import Fault

AWAY_S = 60.0


@pytest.mark.cell(Fault.F6)
async def test_a_transfer_goes_through_while_nobody_can_write_to_sqlite_for_a_minute(
    scene: Scene, stack: LocalStack
) -> None:
    away = locked(stack.env["DATABASE_URL"])
    await goes_through(scene, stack, away, away_s=AWAY_S, reads=200)


@pytest.mark.cell(Fault.F6)
async def test_a_transfer_goes_through_while_postgres_is_silent_for_a_minute(
    stage: Stage, stack: LocalStack, postgres_url: str
) -> None:
    place, _, database = postgres_url.rpartition("/")
    login, _, address = place.rpartition("@")
    async with (
        running_proxy(address) as proxy,
        told(stack, "api", "worker", DATABASE_URL=f"{login}@{proxy.address}/{database}"),
        Scene(stage) as scene,
    ):
        await goes_through(scene, stack, swallowed(proxy), away_s=AWAY_S, reads=503)
