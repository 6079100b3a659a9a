"""docs/operating.md names things as the code does."""

import re

from api.metrics import Metrics
from domain.phases import Decision
from durable.schedules import SWEEP
from stack.bootstrap import ROOT
from workflows.visibility import ALL

DOCS = ROOT / "docs"
OPERATING = (DOCS / "operating.md").read_text()


def test_every_metric_is_there_and_nothing_else() -> None:
    told = re.findall(r"^# TYPE (\w+)", Metrics(lambda: 0).text(()).decode(), re.M)
    metrics = {name for name in told if not name.endswith("_created")}
    assert metrics == set(re.findall(r"\b(warm_transfer_\w+)", OPERATING))


def test_signals_search_attributes_and_the_schedule_are_called_by_their_names() -> None:
    for name in (*Decision, *(key.name for key in ALL), SWEEP):
        assert f"`{name}`" in OPERATING


def test_links_lead_somewhere() -> None:
    for place in re.findall(r"\]\(([^)#]+)", OPERATING):
        assert (DOCS / place).is_file(), place
