"""A release meets calls that earlier code has begun, and goes on with them."""

import re
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey

from tests.generations import ENDING, FOLDER, Generation, is_running
from tests.matrix import Fault
from tests.plays import PLAYS
from tests.stage import Stage
from worker.build import WORKFLOWS
from workflows import patches

PINNED = sorted(FOLDER.glob(f"*{ENDING}"))

WHAT_TO_DO = """
Calls that {name} has begun would stop, for today's code doesn't go where their histories went:

{broken}

Keep their way for them, and let new ones go the new way: docs/decisions/0012-deploys.md says how.
Where no such call can be running any more, delete tests/histories/{name}{ending}, and say in
CHANGELOG.md what becomes of running calls. Either way `make pin` keeps what the new code does."""


@pytest.mark.cell(Fault.F32)
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


async def test_without_its_patch_a_change_stops_the_calls_whose_way_it_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = Generation.read(FOLDER / f"2026-11-23-808aa2e{ENDING}")
    before.histories = [one for one in before.histories if "opened_again" in one.workflow_id]
    assert await before.replay(WORKFLOWS) == {}
    monkeypatch.setattr(workflow, "patched", lambda name: name == patches.LOST_ARE_INVITED)
    broken = await before.replay(WORKFLOWS)
    assert {name.rpartition(",")[0] for name in broken} == {
        "opened_again: call",
        "opened_again_in_a_transfer: transfer",
    }
    assert all(isinstance(why, workflow.NondeterminismError) for why in broken.values())


async def test_new_calls_go_the_new_way_and_are_found_by_it(stage: Stage) -> None:
    await PLAYS["opened_again"](stage)
    described = await stage.calls[0].handle.describe()
    changes = SearchAttributeKey.for_keyword_list("TemporalChangeVersion")
    assert set(described.typed_search_attributes[changes]) == {
        patches.LOST_ARE_INVITED,
        patches.GONE_WHEN_LOOKED_FOR,
        patches.NOTHING_IN_HASTE,
    }


def test_every_patch_has_its_name_in_one_place() -> None:
    for path in Path("workflows").glob("*.py"):
        for name in re.findall(r"workflow\.(?:patched|deprecate_patch)\(([^)]*)", path.read_text()):
            assert name.startswith("patches."), f"{path} asks for {name}"
