"""What the product's processes are told: the environment, then `.env`, then what is made here."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from stack.bootstrap import ROOT, VENV
from stack.console import Trouble

MADE_ONCE = ("SECRET_KEY", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
OF_THE_MACHINE = ("PATH", "HOME", "USER", "LANG", "TMPDIR", "XDG_CACHE_HOME")


def outer() -> dict[str, str]:
    """The environment of this process over the settings in `.env`; an empty value is no value."""
    return {k: v for k, v in {**_dotenv(ROOT / ".env"), **os.environ}.items() if v}


def bare() -> dict[str, str]:
    """The machine without anybody's settings: what a test gives a stack so that it repeats."""
    return {k: v for k, v in os.environ.items() if k in OF_THE_MACHINE}


def external(environ: Mapping[str, str]) -> set[str]:
    """The servers that the environment names, and that are therefore not started here."""
    named = {"livekit": "LIVEKIT_URL", "temporal": "TEMPORAL_ADDRESS"}
    return {part for part, setting in named.items() if environ.get(setting)}


def product(environ: Mapping[str, str], ports: Mapping[str, int], data: Path) -> dict[str, str]:
    """Everything that the product's processes read, complete.

    Raises:
        Trouble: the environment names a LiveKit server without saying its key and secret.
    """
    told = {**environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{environ.get('PATH', os.defpath)}"}
    if "livekit" in external(environ):
        missing = [name for name in MADE_ONCE[1:] if name not in environ]
        if missing:
            raise Trouble(
                f"LIVEKIT_URL is set, so set {' and '.join(missing)} of that server as well; "
                "or unset LIVEKIT_URL to have a local server started."
            )
    else:
        told["LIVEKIT_URL"] = f"ws://127.0.0.1:{ports['LIVEKIT_PORT']}"
    if "temporal" not in external(environ):
        # The developer's own Temporal profile may name a cloud and its certificates.
        told |= {
            "TEMPORAL_ADDRESS": f"127.0.0.1:{ports['TEMPORAL_PORT']}",
            "TEMPORAL_CONFIG_FILE": os.devnull,
        }
    made = {
        "HOST": "127.0.0.1",
        "REHEARSAL_URL": f"http://127.0.0.1:{ports['REHEARSAL_PORT']}",
        "TEMPORAL_NAMESPACE": "default",
        "DATABASE_URL": f"sqlite+aiosqlite:///{data / 'record.db'}",
        "AUTH_MODE": "dev",
        "PYTHONUNBUFFERED": "1",
        **_secrets(data),
    }
    return {**made, **told, "PORT": str(ports["PORT"])}


def _secrets(data: Path) -> dict[str, str]:
    """Made at the first start and kept, so that a restart leaves everybody signed in."""
    path = data / "secrets.json"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps({name: secrets.token_hex(32) for name in MADE_ONCE}, indent=1))
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def _dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` lines, as shells and Docker read them; quotes around a value are dropped."""
    found = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        name, assigned, value = line.strip().removeprefix("export ").partition("=")
        if assigned and not name.startswith("#"):
            value = value.strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
            found[name.strip()] = value[1:-1] if quoted else value.split(" #")[0].strip()
    return found
