"""A Chromium for the tests of the web pages: the machine's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from stack.console import Trouble

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium(environ: Mapping[str, str]) -> str:
    """The path of a Chromium.

    Raises:
        Trouble: this machine has none.
    """
    path = environ.get("PATH", os.defpath)
    found = next(filter(None, (shutil.which(name, path=path) for name in NAMES)), None)
    if found is None:
        raise Trouble("There is no Chromium: install one (Debian: apt install chromium).")
    return found
