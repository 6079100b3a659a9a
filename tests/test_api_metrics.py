"""`/metrics` is true whichever process answers, and answers whatever is away."""

import asyncio
import time
from pathlib import Path

import pytest

from adapters.sql import SqlRecord
from api.figures import Figures
from domain.errors import Unreachable
from domain.figures import Tally
from tests.api_stage import Stage, running_api


async def scraped(stage: Stage) -> dict[str, float]:
    """Read `/metrics` as Prometheus does: a value by name and labels."""
    answer = await stage.visitor().get("/metrics")
    assert answer.status_code == 200, answer.text
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def of_the_record(found: dict[str, float]) -> dict[str, float]:
    """Leave out what one process counts for itself, and when it began to."""
    return {
        name: value
        for name, value in found.items()
        if "warm_transfer_api" not in name and "_created" not in name
    }


async def test_every_process_tells_the_same_and_so_does_the_next_one(database_url: str) -> None:
    async with running_api(database_url) as one, running_api(database_url) as two:
        talk = await one.talk()
        path = f"/v1/transfers/{(await talk.transfer())['id']}"
        await talk.carol.post(f"{path}/arrived", {"gap_ms": 130})
        assert (await talk.bob.post(f"{path}/decline")).status_code == 200
        found = of_the_record(await scraped(two))
        assert of_the_record(await scraped(one)) == found
    async with running_api(database_url) as later:
        assert of_the_record(await scraped(later)) == found
    assert found["warm_transfer_record_up"] == 1
    assert found['warm_transfer_transfers_total{outcome="declined"}'] == 1
    assert found['warm_transfer_transfers_total{outcome="completed"}'] == 0
    assert found['warm_transfer_phase_seconds_count{phase="offering"}'] == 1
    assert found['warm_transfer_move_silence_seconds_bucket{le="0.1"}'] == 0
    assert found['warm_transfer_move_silence_seconds_bucket{le="0.2"}'] == 1
    assert found['warm_transfer_move_silence_seconds_bucket{le="+Inf"}'] == 1
    assert found["warm_transfer_move_silence_seconds_sum"] == 0.13
    assert found['warm_transfer_voice_no_shows_total{agent="host"}'] == 0


async def test_with_the_database_away_the_apis_own_figures_are_told_in_time(tmp_path: Path) -> None:
    async with running_api(f"sqlite+aiosqlite:///{tmp_path}/nowhere/record.db") as stage:
        await stage.visitor().get("/healthz")
        began = time.monotonic()
        found = await scraped(stage)
        assert time.monotonic() - began < 3
    assert found["warm_transfer_record_up"] == 0
    assert found['warm_transfer_api_requests_total{operation="see_health",status="200"}'] == 1
    assert set(of_the_record(found)) == {"warm_transfer_record_up"}


async def test_metrics_name_nobody(api_stage: Stage) -> None:
    talk = await api_stage.talk_of_tenant("secret-tenant")
    path = f"/v1/transfers/{(await talk.transfer(notes='PRIVATE'))['id']}"
    await talk.bob.post(f"{path}/decline", {"reason": "PRIVATE"})
    told = (await api_stage.visitor().get("/metrics")).text
    assert 'warm_transfer_transfers_total{outcome="declined"} 1.0' in told
    for private in ("secret-tenant", "PRIVATE", "Carol", talk.bob.id, talk.call_id):
        assert private not in told


class Counting(SqlRecord):
    """A record that counts how often it is read, and may be away."""

    def __init__(self) -> None:
        self.reads = 0
        self.is_away = False

    async def tallies(self) -> tuple[Tally, ...]:
        self.reads += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise Unreachable("The database is away")
        return ()


@pytest.mark.parametrize("is_away", [True, False])
async def test_however_many_ask_at_once_the_record_is_read_once(is_away: bool) -> None:
    record = Counting()
    record.is_away = is_away
    figures = Figures(record)
    told = await asyncio.gather(*(figures.now() for _ in range(20)))
    assert set(told) == {None if is_away else ()}
    assert record.reads == 1
