"""A Chromium for the tests of the web pages: the machine's, else one that npm carries."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stack import node
from stack.bootstrap import ROOT
from stack.console import run

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CARRIED = ROOT / "stack" / "chromium"
UNPACK = 'import("@sparticuz/chromium").then(({ default: it }) => it.executablePath())'


@dataclass(frozen=True)
class Chromium:
    """A program, and what its environment needs on top."""

    program: str
    env: Mapping[str, str] = field(default_factory=dict)


def get_chromium(environ: Mapping[str, str]) -> Chromium:
    """Find a Chromium, or unpack one with its libraries, once.

    Raises:
        Trouble: it can't be had.
    """
    path = environ.get("PATH", os.defpath)
    found = next(filter(None, (shutil.which(name, path=path) for name in NAMES)), None)
    return Chromium(found) if found else _carried(environ)


def _carried(environ: Mapping[str, str]) -> Chromium:
    place = node.kept(environ, "chromium", CARRIED / "package-lock.json")
    if not (place / "chromium").exists():
        told = node.with_node(environ)
        node.install(CARRIED, told, "Fetching Chromium")
        place.mkdir(parents=True, exist_ok=True)
        # As on a bare machine of a cloud, so that the libraries are unpacked as well.
        bare = {"TMPDIR": str(place), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
        run("Unpacking Chromium", ["node", "-e", UNPACK], CARRIED, {**told, **bare})
    libraries = Path(place, "al2023", "lib")
    return Chromium(str(place / "chromium"), {"LD_LIBRARY_PATH": str(libraries)})
