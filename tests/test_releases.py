"""A release meets calls that earlier code has begun, and goes on with them."""

from pathlib import Path

import pytest
from temporalio.client import Client

from tests.generations import ENDING, FOLDER, Generation, is_running
from tests.plays import PLAYS
from worker.build import WORKFLOWS

PINNED = sorted(FOLDER.glob(f"*{ENDING}"))

WHAT_TO_DO = """
Calls that {name} has begun would stop, for today's code doesn't go where their histories went:

{broken}

Keep their way for them, and let new ones go the new way: docs/decisions/0012-deploys.md says how.
Where no such call can be running any more, delete tests/histories/{name}{ending}, and say in
CHANGELOG.md what becomes of running calls. Either way `make pin` keeps what the new code does."""


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name.removesuffix(ENDING))
async def test_running_calls_survive_this_release(path: Path) -> None:
    generation = Generation.read(path)
    failures = await generation.replay(WORKFLOWS)
    broken = "\n".join(f"  {name}\n    {why}" for name, why in failures.items())
    assert not failures, WHAT_TO_DO.format(name=generation.name, broken=broken, ending=ENDING)


async def test_what_today_s_code_does_can_be_kept(client: Client, tmp_path: Path) -> None:
    made = Generation("today")
    await made.add(client, {name: PLAYS[name] for name in ("ringing", "handed_over")})
    kept = Generation.read(made.write(tmp_path))
    assert {history.workflow_id: is_running(history) for history in kept.histories} == {
        "ringing: call, running": True,
        "ringing: transfer, running": True,
        "ringing: call, ended": False,
        "ringing: transfer, ended": False,
        "handed_over: call, running": True,
        "handed_over: call, ended": False,
        "handed_over: transfer, ended": False,
    }
    assert await kept.replay(WORKFLOWS) == {}


async def test_a_generation_is_never_written_again(tmp_path: Path) -> None:
    Generation("then").write(tmp_path)
    with pytest.raises(FileExistsError):
        Generation("then").write(tmp_path)
