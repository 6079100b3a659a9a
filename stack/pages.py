"""The web pages, built once; `web/dist/.built` remembers from what."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from stack import node
from stack.bootstrap import ROOT
from stack.console import run

WEB = ROOT / "web"
DIST = WEB / "dist"
PACKAGES, LOCK = WEB / "node_modules", WEB / "package-lock.json"
BUILT = DIST / ".built"
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
    told = node.with_node(environ)
    node.install(WEB, told, "Installing the web pages' packages")
    return run(doing, ["npm", *words], WEB, told)


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
