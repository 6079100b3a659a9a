"""A release meets calls that earlier code has begun, and goes on with them."""

import re
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey

from domain.phases import Decision, Outcome
from tests.generations import ENDING, FOLDER, Generation, is_running
from tests.plays import PLAYS
from tests.stage import staged
from tests.tomorrow import FREE_AT_ONCE, Careless, Patched
from worker.build import WORKFLOWS
from workflows.call import CallWorkflow

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


async def test_without_a_patch_a_changed_way_stops_exactly_the_calls_that_went_it(
    client: Client,
) -> None:
    today = Generation("today")
    await today.add(client, {name: PLAYS[name] for name in ("declined", "handed_over")})
    broken = await today.replay([CallWorkflow, Careless])
    assert list(broken) == ["declined: transfer, ended"]
    assert "Nondeterminism" in str(broken["declined: transfer, ended"])
    assert await today.replay([CallWorkflow, Patched]) == {}


async def test_with_a_patch_new_calls_go_the_new_way(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("worker.build.WORKFLOWS", "tests.afterwards.WORKFLOWS"):
        monkeypatch.setattr(place, [CallWorkflow, Patched])
    async with staged(client) as stage:
        transfer = await (await stage.talking()).transfer()
        await transfer.until_briefing()
        await transfer.decide(Decision.DECLINE)
        await transfer.ends(Outcome.DECLINED)
        described = await transfer.handle.describe()
        steps = [
            event.activity_task_scheduled_event_attributes.activity_type.name
            async for event in transfer.handle.fetch_history_events()
        ]
        assert steps.index("release") < steps.index("close_room")
        # By this ops, and whoever wants to remove a patch, find who runs with it.
        changes = SearchAttributeKey.for_keyword_list("TemporalChangeVersion")
        assert described.typed_search_attributes[changes] == [FREE_AT_ONCE]


def test_every_patch_has_its_name_in_one_place() -> None:
    for path in Path("workflows").glob("*.py"):
        for name in re.findall(r"workflow\.(?:patched|deprecate_patch)\(([^)]*)", path.read_text()):
            assert name.startswith("patches."), f"{path} asks for {name}"
