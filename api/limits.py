"""How often is too often: new calls by where they come from, and what one person steers."""

import time
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Depends, Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.strategies import MovingWindowRateLimiter

from api.auth import Asker
from api.dependencies import CallDep, ServicesDep, TransferDep, action_of, address_of
from api.errors import TooMany

ONE_SITE = 64
"""Bits of an IPv6 address that name a site; whoever has one has all addresses in it."""

STEPS = RateLimitItemPerMinute(60)
"""Of one person and kind with one call or transfer, refused or not: each stays in a history, and
Temporal takes no more than 2,000 updates in one, and ends it at 51,200 events (its defaults)."""

TURNS = RateLimitItemPerMinute(120)
"""Of one person in one call. Nobody says more than about 200 words a minute, so a live transcript,
which has a turn a phrase, stays below; each takes the one writer's place in the record."""


def neighbourhood(address: str) -> str:
    """Say who shares a limit with this address: nobody in IPv4, its whole site in IPv6."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, ONE_SITE), strict=False))


async def _not_too_often(request: Request, services: ServicesDep) -> None:
    rate = RateLimitItemPerMinute(services.settings.calls_per_minute)
    who = neighbourhood(address_of(request))
    await _count(request, rate, who, "new calls from this address")


async def steps(request: Request, asker: Asker, about: str, rate: RateLimitItem = STEPS) -> None:
    """Count a step that somebody, who may do it, takes with a call or transfer.

    Raises:
        TooMany: they took as many within a minute.
    """
    whose = "/".join((asker.tenant, asker.id, about, action_of(request)))
    await _count(request, rate, whose, "requests of yours")


async def _with_a_call(request: Request, their: CallDep) -> None:
    await steps(request, their.asker, their.call.id)


async def _with_a_turn(request: Request, their: CallDep) -> None:
    await steps(request, their.asker, their.call.id, TURNS)


async def _with_a_transfer(request: Request, their: TransferDep) -> None:
    await steps(request, their.asker, their.transfer.id)


async def _count(request: Request, rate: RateLimitItem, whose: str, what: str) -> None:
    limiter: MovingWindowRateLimiter = request.app.state.limiter
    if not await limiter.hit(rate, whose):
        window = await limiter.get_window_stats(rate, whose)
        raise TooMany(what, timedelta(seconds=window.reset_time - time.time()))


NotTooOften = Depends(_not_too_often)
"""Strangers' new calls."""
CallSteps = Depends(_with_a_call)
TransferSteps = Depends(_with_a_transfer)
"""Whatever asks the workflow of a call or transfer something."""
TurnSteps = Depends(_with_a_turn)
