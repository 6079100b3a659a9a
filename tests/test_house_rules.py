"""Rules no linter knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = [
    *("domain", "workflows", "activities", "adapters", "durable", "api", "worker", "voice"),
    *("stack", "robots", "chaos", "tests"),
]
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
PRODUCT = [path for path in SOURCES if path.relative_to(ROOT).parts[0] not in ("tests",)]
READ_THE_ENVIRONMENT = {"main.py", "__main__.py", "settings.py"}
CLIS = {"stack", "robots"}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}

of_each_file = pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))


@of_each_file
def test_a_file_fits_in_the_head(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_function_fits_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, node.name


@of_each_file
def test_names_say_what_is_inside(path: Path) -> None:
    assert not EMPTY_NAMES & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}


@pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_settings_and_mains_read_the_environment(path: Path) -> None:
    if path.name in READ_THE_ENVIRONMENT or path.relative_to(ROOT).parts[0] in CLIS:
        return
    text = path.read_text()
    assert not re.search(r"getenv|load_dotenv|environ\.get|environ\[[^]]+\](?! = )", text)


def test_every_activity_says_why_it_may_run_twice() -> None:
    found = []
    for path in (ROOT / "activities").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AsyncFunctionDef) and any(
                ast.unparse(decorator) == "activity.defn" for decorator in node.decorator_list
            ):
                found.append(node.name)
                assert "Safe to repeat:" in (ast.get_docstring(node) or ""), node.name
    assert len(found) >= 10


def test_updates_refuse_in_their_handlers() -> None:
    """What a validator rejects wakes conditions, and no replay knows of it (decision 18)."""
    found = [
        ast.unparse(decorator)
        for path in (ROOT / "workflows").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in node.decorator_list
    ]
    assert found.count("workflow.update") >= 10
    assert not [one for one in found if one.endswith(".validator")]
