"""The web pages' own checks and unit tests, and that their types are the api's."""

import json
import re

from stack.environment import bare
from stack.pages import LOCK, WEB, npm

SOURCES = sorted(path for path in (WEB / "src").rglob("*.ts*") if path.name != "schema.d.ts")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def test_types_lint_and_format_are_clean_and_types_are_the_apis() -> None:
    npm(bare(), "Checking the web pages", "run", "--silent", "check")


def test_the_following_of_a_transfer_keeps_its_promises() -> None:
    npm(bare(), "Testing the web pages", "test", "--silent")


def test_the_lock_names_no_registry_and_has_every_hash() -> None:
    packages = json.loads(LOCK.read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert [name for name, package in installed.items() if "resolved" in package] == []
    assert [name for name, package in installed.items() if "integrity" not in package] == []


def test_following_a_transfer_knows_no_framework() -> None:
    for path in (WEB / "src" / "follow").glob("*.ts"):
        found = re.findall(r'from "([^"]+)"', path.read_text())
        assert {name for name in found if not name.startswith(".")} <= {"livekit-client", "vitest"}


def test_a_source_file_says_what_it_is_and_has_a_name_that_does() -> None:
    for path in SOURCES:
        assert path.name.endswith(".test.ts") or path.read_text().startswith("/**"), path
        assert path.stem not in EMPTY_NAMES
