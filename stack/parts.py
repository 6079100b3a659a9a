"""The recipes of the six parts: how each is started, and what shows that it is truly ready."""

from __future__ import annotations

import http.client
import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from stack import binaries
from stack.bootstrap import PYTHON
from stack.console import Trouble
from stack.process import Part, Process

SERVERS = ("temporal", "livekit")
PRODUCT = ("api", "worker", "host", "briefer")
COMPANY = ("robots",)
"""Not of the product: who takes the other seats when one person tries it alone."""
STOPPED_IN_TURN = (COMPANY, ("host", "briefer"), ("worker",), ("api",), ("livekit",), ("temporal",))

PROMPT_TIMERS = {
    "history.timerProcessorMaxTimeShift": "100ms",
    "history.timerProcessorMaxPollRPS": 1000,
    "history.queueReaderStuckCriticalAttempts": 0,
}
"""Settings of Temporal with which a killed worker costs two seconds instead of six, and no timer
comes late (docs/decisions/0019-prompt-timers.md); containers have them in deploy/temporal.yaml."""


def kind(name: str) -> str:
    """What a part is: `worker-2` is a second `worker`."""
    return name.partition("-")[0]


def part(name: str, env: Mapping[str, str], ports: Mapping[str, int], data: Path) -> Part:
    """The recipe of one part.

    Raises:
        Trouble: there is no such part, or its program cannot be had.
    """
    recipes: dict[str, Callable[[], Part]] = {
        "temporal": lambda: _temporal(name, env, ports, data),
        "livekit": lambda: _livekit(name, env, ports, data),
        "api": lambda: _api(name, env, ports),
        "worker": lambda: _python(name, env, ("worker",), "worker ready", grace_s=35),
        "host": lambda: _voice(name, env, ports),
        "briefer": lambda: _voice(name, env, ports),
        "robots": lambda: _robots(name, env, ports, data),
    }
    if kind(name) not in recipes:
        raise Trouble(f"There is no part {name!r}; there are {', '.join(recipes)}.")
    return recipes[kind(name)]()


def prompt_timers() -> tuple[str, ...]:
    """Say `PROMPT_TIMERS` to `temporal server start-dev`."""
    settings = (f"{key}={json.dumps(value)}" for key, value in PROMPT_TIMERS.items())
    return tuple(f"--dynamic-config-value={setting}" for setting in settings)


def _temporal(name: str, env: Mapping[str, str], ports: Mapping[str, int], data: Path) -> Part:
    program = binaries.temporal(env)
    if program is None:
        raise Trouble("There is no Temporal server: run `python3 -m stack sync`, then again.")
    namespace, address = env["TEMPORAL_NAMESPACE"], env["TEMPORAL_ADDRESS"]
    start = (
        *(str(program), "server", "start-dev", "--ip", "127.0.0.1"),
        *("--port", str(ports["TEMPORAL_PORT"]), "--ui-port", str(ports["TEMPORAL_UI_PORT"])),
        *("--metrics-port", str(ports["TEMPORAL_METRICS_PORT"])),
        *("--db-filename", str(data / "temporal.db"), "--namespace", namespace),
        *prompt_timers(),
        *("--log-level", "warn"),
    )
    ask = [str(program), "operator", "namespace", "describe", namespace, "--address", address]

    def ready(_: Process) -> str:
        said = subprocess.run(ask, env=dict(env), capture_output=True, text=True, check=False)
        return said.stderr.strip() if said.returncode else ""

    return Part(name, start, env, ready)


def _livekit(name: str, env: Mapping[str, str], ports: Mapping[str, int], data: Path) -> Part:
    config = {
        "port": ports["LIVEKIT_PORT"],
        "bind_addresses": ["127.0.0.1"],
        "rtc": {
            "tcp_port": ports["LIVEKIT_TCP_PORT"],
            "udp_port": ports["LIVEKIT_UDP_PORT"],
            "node_ip": "127.0.0.1",
            "use_external_ip": False,
            "enable_loopback_candidate": True,
            "interfaces": {"includes": ["lo", "lo0"]},
        },
        # Else a removed person walks back in by re-creating the room with an old token.
        "room": {"auto_create": False},
        "keys": {env["LIVEKIT_API_KEY"]: env["LIVEKIT_API_SECRET"]},
        "webhook": {
            "api_key": env["LIVEKIT_API_KEY"],
            "urls": [f"http://127.0.0.1:{ports['PORT']}/webhooks/livekit"],
        },
        # The voice processes say themselves when they are full. By default (0.7) LiveKit withholds
        # jobs from a voice process that still wants them.
        "agents": {"target_load": 1.0},
    }
    path = data / "livekit.yaml"
    path.touch(mode=0o600)
    path.write_text(json.dumps(config, indent=1))
    start = (str(binaries.get_livekit(env)), "--config", str(path))
    # On the first SIGTERM it waits until everybody has left every room.
    return Part(name, start, env, lambda _: _answers(ports["LIVEKIT_PORT"], "/"), grace_s=2)


def _api(name: str, env: Mapping[str, str], ports: Mapping[str, int]) -> Part:
    start = (str(PYTHON), "-m", "api")
    return Part(name, start, env, lambda _: _answers(ports["PORT"], "/readyz"))


def _voice(name: str, env: Mapping[str, str], ports: Mapping[str, int]) -> Part:
    own = ports.get(f"VOICE_{name.upper()}_PORT", 0)
    told = {**env, "VOICE_PORT": str(own)}
    return _python(name, told, ("voice", kind(name)), "registered worker", grace_s=12)


def _robots(name: str, env: Mapping[str, str], ports: Mapping[str, int], data: Path) -> Part:
    told = {
        **env,
        "WARM_TRANSFER_URL": f"http://127.0.0.1:{ports['PORT']}",
        "REHEARSAL_PORT": str(ports["REHEARSAL_PORT"]),
        "STACK_WORD": str(data / "stack.json"),
    }
    start = (str(PYTHON), "-m", "robots", "serve")
    return Part(name, start, told, lambda _: _answers(ports["REHEARSAL_PORT"], "/openapi.json"))


def _python(
    name: str, env: Mapping[str, str], module: tuple[str, ...], line: str, *, grace_s: float
) -> Part:
    def ready(process: Process) -> str:
        return "" if line in process.said() else f"it has not logged {line!r}"

    return Part(name, (str(PYTHON), "-m", *module), env, ready, grace_s=grace_s)


def _answers(port: int, path: str) -> str:
    """Empty when it answers 200, else what it answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"{path} does not answer: {error}"
    finally:
        connection.close()
    return "" if answer.status == http.client.OK else f"{path} says {answer.status} {body[:500]}"
