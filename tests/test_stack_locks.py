"""What is installed is locked: by version, by hash, and without saying where it comes from."""

import re
from pathlib import Path

import pytest

from stack.bootstrap import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.in"))


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)(?:\[.*\])?==(\S+)", lock.read_text(), re.M))


@pytest.mark.parametrize("asked", LOCKS, ids=lambda path: path.stem)
def test_every_package_has_its_hashes_and_no_address(asked: Path) -> None:
    text = asked.with_suffix(".txt").read_text()
    entries = re.split(r"\n(?=\w)", text.partition("make lock\n")[2])
    assert entries
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert "index-url" not in text


def test_the_image_runs_on_the_versions_that_were_tested() -> None:
    main, dev = (_pins(ROOT / "requirements" / f"{name}.txt") for name in ("main", "dev"))
    assert main
    assert main.items() <= dev.items()
