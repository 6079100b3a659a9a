"""The ports of the local stack: what each is for, what moves it, and whether it is free."""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from stack.console import Trouble


@dataclass(frozen=True)
class Port:
    """One port: the setting that moves it, its number by default, the part that opens it."""

    setting: str
    number: int
    part: str
    what: str
    udp: bool = False
    address: str = "127.0.0.1"


PORTS = (
    Port("PORT", 8000, "api", "the API"),
    Port("LIVEKIT_PORT", 7880, "livekit", "LiveKit"),
    # LiveKit binds this one to every address, whatever its configuration says.
    Port("LIVEKIT_TCP_PORT", 7881, "livekit", "LiveKit's media over TCP", address=""),
    Port("LIVEKIT_UDP_PORT", 7882, "livekit", "LiveKit's media over UDP", udp=True),
    Port("TEMPORAL_PORT", 7233, "temporal", "Temporal"),
    Port("TEMPORAL_UI_PORT", 8233, "temporal", "Temporal's UI"),
    Port("TEMPORAL_METRICS_PORT", 8234, "temporal", "Temporal's metrics"),
    Port("VOICE_HOST_PORT", 8081, "host", "the health of `voice host`"),
    Port("VOICE_BRIEFER_PORT", 8082, "briefer", "the health of `voice briefer`"),
    Port("REHEARSAL_PORT", 8083, "robots", "the robots of “Try it alone”"),
)

# Below the range from which Linux and macOS take the near end of outgoing connections.
FREE_RANGE = range(20_000, 32_000)


def choose(environ: Mapping[str, str], *, free: bool = False) -> dict[str, int]:
    """The number of each port, by setting: the environment's, else the default; 0 is any free one.

    Raises:
        Trouble: a setting is not a port number.
    """
    chosen: dict[str, int] = {}
    for port in PORTS:
        number = 0 if free else _number(port, environ)
        while number == 0 or number in chosen.values():
            number = _a_free_one(port)
        chosen[port.setting] = number
    return chosen


def taken(chosen: Mapping[str, int], parts: set[str]) -> list[str]:
    """A line for each port of these parts that somebody else has, naming what moves it."""
    return [
        f"Port {chosen[port.setting]} for {port.what} is taken: stop what uses it, "
        f"or choose another, like {port.setting}={_a_free_one(port)}."
        for port in PORTS
        if port.part in parts and not _is_free(port, chosen[port.setting])
    ]


def _number(port: Port, environ: Mapping[str, str]) -> int:
    text = environ.get(port.setting, "") or str(port.number)
    if not text.isdecimal() or int(text) > 65_535:
        raise Trouble(f"{port.setting}={text} is not a port: give a number from 0 to 65535.")
    return int(text)


def _a_free_one(port: Port) -> int:
    return next(n for n in iter(lambda: random.choice(FREE_RANGE), None) if _is_free(port, n))


def _is_free(port: Port, number: int) -> bool:
    kind = socket.SOCK_DGRAM if port.udp else socket.SOCK_STREAM
    with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe:
        if not port.udp:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.address, number))
        except OSError:
            return False
    return True
