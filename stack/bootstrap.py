"""The checkout's own Python environment, built with nothing but Python itself.

Everything in it comes from the locks in `requirements/`, by hash; `.venv/.synced` remembers which.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from stack.console import Trouble, run

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
STAMP = VENV / ".synced"
INSTALLER, LOCK = ROOT / "requirements" / "bootstrap.txt", ROOT / "requirements" / "dev.txt"
FIRST, LAST = (3, 11), (3, 14)
FITS = f"import sys; sys.exit(not {FIRST} <= sys.version_info[:2] <= {LAST})"


def use_a_fitting_python() -> None:
    """Go on under another Python on PATH when this one is too old or too new.

    Raises:
        Trouble: there is none.
    """
    if FIRST <= sys.version_info[:2] <= LAST:
        return
    for minor in range(LAST[1], FIRST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other and _fits(other):
            os.execv(other, [other, "-m", "stack", *sys.argv[1:]])
    raise Trouble(
        f"Python 3.{FIRST[1]} to 3.{LAST[1]} is needed and this is {sys.version.split()[0]}: "
        "install one, or name it with `make PYTHON=/path/to/python3.12 …`."
    )


def synced() -> bool:
    """Whether `.venv` works and holds exactly what the locks say."""
    return STAMP.exists() and STAMP.read_text() == _locked() and _fits(PYTHON)


def sync() -> None:
    """Make `.venv` hold exactly what the locks say; does nothing when it already does.

    Two of these at once wait for one another.
    """
    with LOCK.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if synced():
            return
        if not _fits(PYTHON):
            _create()
        hashed = ["--require-hashes", "--only-binary", ":all:"]
        run("Installing uv", [*_pip(), "install", "-q", *hashed, "-r", INSTALLER], ROOT)
        run(
            "Installing Python packages",
            [UV, "pip", "sync", "-q", "--python", PYTHON, "--require-hashes", LOCK],
            ROOT,
        )
        STAMP.write_text(_locked())


def _create() -> None:
    """An empty environment; where Debian's Python has no pip to put into it, without one."""
    made: list[str | Path] = [sys.executable, "-m", "venv", "--clear", VENV]
    try:
        run("Creating .venv", made, ROOT)
    except Trouble:
        run("Creating .venv", [*made, "--without-pip"], ROOT)


def _pip() -> list[str | Path]:
    own: list[str | Path] = [PYTHON, "-m", "pip"]
    lent: list[str | Path] = [sys.executable, "-m", "pip", "--python", PYTHON]
    for pip in (own, lent):
        if not subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
            return [*pip, "--disable-pip-version-check"]
    raise Trouble("This Python has no pip: install it (Debian, Ubuntu: apt install python3-venv).")


def _fits(python: str | Path) -> bool:
    try:
        return not subprocess.run([python, "-c", FITS], capture_output=True, check=False).returncode
    except OSError:
        return False


def _locked() -> str:
    return hashlib.sha256(INSTALLER.read_bytes() + LOCK.read_bytes()).hexdigest()
