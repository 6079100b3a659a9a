"""`make doctor`: every dependency and setting, one line each, with what mends it."""

from __future__ import annotations

import http.client
import json
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from stack import binaries, bootstrap, environment, pages, ports
from stack.bootstrap import PYTHON, ROOT
from stack.console import Trouble, progress, run, say
from stack.local import is_free

LONG_ENOUGH = 32
TOKEN_LONG_ENOUGH = 16
REACH_PATIENCE_S = 5.0
ASK_LITELLM = """
import json, litellm, sys
print(json.dumps({m: litellm.validate_environment(m)["missing_keys"] for m in sys.argv[1:]}))
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; without a fix it is well."""

    what: str
    fix: str = ""


def examine(data: Path) -> int:
    """Print a line for each thing looked at; 1 if something is to be mended."""
    environ = environment.outer()
    checks = (
        _environment(),
        _temporal(environ),
        _livekit(environ),
        _ports(environ, data),
        _secrets(environ, data),
        _sign_in(environ),
        _proxies(environ),
        _metrics(environ),
        _record(environ),
        _models(environ),
    )
    findings = [finding for check in checks for finding in check]
    for finding in findings:
        say(f"FIX  {finding.what}: {finding.fix}" if finding.fix else f"ok   {finding.what}")
    wrong = sum(bool(finding.fix) for finding in findings)
    say(f"{wrong} to mend." if wrong else "All well.")
    return int(wrong > 0)


def _environment() -> Iterator[Finding]:
    yield Finding(f"Python {sys.version.split()[0]}")
    synced = bootstrap.synced()
    yield Finding(".venv as locked", "" if synced else "run `python3 -m stack sync`")
    built = pages.are_built()
    yield Finding("Web pages " + ("are built" if built else "will be built at the next start"))


def _temporal(environ: Mapping[str, str]) -> Iterator[Finding]:
    if address := environ.get("TEMPORAL_ADDRESS"):
        host, _, port = address.rpartition(":")
        fix = _unreachable(host, port) and f"start it, or correct TEMPORAL_ADDRESS={address}"
        yield Finding("Temporal elsewhere", fix)
        return
    program = binaries.temporal(environ)
    what = f"Temporal {_version(program)}" if program else "Temporal"
    yield Finding(what, "" if program else "run `python3 -m stack sync`")


def _livekit(environ: Mapping[str, str]) -> Iterator[Finding]:
    if url := environ.get("LIVEKIT_URL"):
        missing = [n for n in ("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET") if n not in environ]
        yield Finding("LiveKit's key", f"set {' and '.join(missing)}" if missing else "")
        try:
            with urllib.request.urlopen("http" + url.removeprefix("ws"), timeout=REACH_PATIENCE_S):
                yield Finding("LiveKit elsewhere")
        except (OSError, ValueError, http.client.HTTPException) as why:
            yield Finding("LiveKit elsewhere", f"start it, or correct LIVEKIT_URL={url} ({why})")
        return
    program = binaries.livekit(environ)
    if program:
        yield Finding(f"LiveKit {_version(program)}")
    else:
        yield Finding(f"LiveKit {binaries.LIVEKIT_VERSION} will be built at the first start")


def _ports(environ: Mapping[str, str], data: Path) -> Iterator[Finding]:
    if data.exists() and not is_free(data):
        yield Finding(f"Ports are in use by the stack that runs in {data}")
        return
    try:
        chosen = ports.choose(environ)
    except Trouble as trouble:
        yield Finding("Ports", str(trouble))
        return
    own = {port.part for port in ports.PORTS} - environment.external(environ)
    blocked = ports.taken(chosen, own)
    yield from (Finding("Ports", line) for line in blocked)
    if not blocked:
        yield Finding(f"Ports {', '.join(map(str, chosen.values()))} are free")


def _secrets(environ: Mapping[str, str], data: Path) -> Iterator[Finding]:
    for name in ("SECRET_KEY", "LIVEKIT_API_SECRET"):
        if name in environ:
            short = len(environ[name]) < LONG_ENOUGH
            yield Finding(name, "make a longer one: openssl rand -hex 32" if short else "")
    kept = data / "secrets.json"
    if kept.exists():
        open_to_others = stat.S_IMODE(kept.stat().st_mode) & 0o077
        yield Finding(f"Secrets in {kept}", f"chmod 600 {kept}" if open_to_others else "")


def _sign_in(environ: Mapping[str, str]) -> Iterator[Finding]:
    mode, host = environ.get("AUTH_MODE", "dev"), environ.get("HOST", "127.0.0.1")
    if mode == "dev" and not _is_loopback(host):
        fix = f"it signs anybody in, so set HOST=127.0.0.1 instead of {host}, or AUTH_MODE=keys"
        yield Finding("AUTH_MODE=dev", fix)
    else:
        yield Finding(f"AUTH_MODE={mode} on {host}")


def _proxies(environ: Mapping[str, str]) -> Iterator[Finding]:
    named = environ.get("FORWARDED_ALLOW_IPS", "")
    if not named:
        yield Finding("No FORWARDED_ALLOW_IPS: callers behind one proxy share its limits")
        return
    for name in named.split(","):
        try:
            ip_network(name.strip())
        except ValueError:
            fix = f"{name.strip()!r} is no address or network of a reverse proxy"
            yield Finding("FORWARDED_ALLOW_IPS", fix)
        else:
            yield Finding(f"X-Forwarded-For is believed from {name.strip()}")


def _metrics(environ: Mapping[str, str]) -> Iterator[Finding]:
    if token := environ.get("METRICS_TOKEN"):
        short = len(token) < TOKEN_LONG_ENOUGH
        yield Finding("METRICS_TOKEN", "make a longer one: openssl rand -hex 16" if short else "")
    elif environ.get("AUTH_MODE", "dev") == "dev":
        yield Finding("/metrics is open, in development")
    else:
        yield Finding("/metrics is closed: METRICS_TOKEN opens it")


def _record(environ: Mapping[str, str]) -> Iterator[Finding]:
    url = urlsplit(environ.get("DATABASE_URL", "sqlite+aiosqlite:///.run/record.db"))
    if url.scheme == "postgresql+asyncpg":
        away = _unreachable(url.hostname or "localhost", str(url.port or 5432))
        yield Finding(
            "The record in Postgres", away and f"start it, or correct DATABASE_URL ({away})"
        )
    elif url.scheme == "sqlite+aiosqlite":
        yield Finding("The record in SQLite")
    else:
        fix = "start it with sqlite+aiosqlite:/// or postgresql+asyncpg://"
        yield Finding("DATABASE_URL", fix)


def _models(environ: Mapping[str, str]) -> Iterator[Finding]:
    named = [environ.get("LLM_MODEL", ""), *environ.get("LLM_FALLBACKS", "").split(",")]
    models = [name.strip() for name in named if name.strip()]
    if not models:
        yield Finding("No LLM_MODEL: briefings are written by rules")
        return
    try:
        asked: list[str | Path] = [PYTHON, "-c", ASK_LITELLM, *models]
        offline = {**environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        said = run("Asking LiteLLM about keys", asked, ROOT, offline)
        missing: dict[str, list[str]] = json.loads(said.splitlines()[-1])
    except (Trouble, ValueError, IndexError) as why:
        yield Finding("LLM_MODEL", f"LiteLLM could not be asked: {why}")
        return
    for model, keys in missing.items():
        yield Finding(f"Model {model}", f"set {' and '.join(keys)}" if keys else "")


def _version(program: Path) -> str:
    with progress(f"Asking {program.name}"):
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return f"({said.stdout.strip()}) at {program}"


def _unreachable(host: str, port: str) -> str:
    """Empty when something listens there, else why not."""
    try:
        with socket.create_connection((host, int(port)), timeout=REACH_PATIENCE_S):
            return ""
    except (OSError, ValueError) as why:
        return str(why)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
