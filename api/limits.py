"""How often is too often: new calls by where they come from, and what one person steers."""

import time
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Depends, Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.strategies import MovingWindowRateLimiter

from api.dependencies import ServicesDep, SomebodyDep, address_of
from api.errors import TooMany

ONE_SITE = 64
"""Bits of an IPv6 address that name a site; whoever has one has all addresses in it."""

STEPS = RateLimitItemPerMinute(60)
"""Of one person with one call or transfer, refused or not: each stays in a history, and Temporal
takes no more than 2,000 updates in one, and ends it at 51,200 events (its self-hosted defaults)."""


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


async def _not_too_fast(request: Request, asker: SomebodyDep) -> None:
    what = "/".join((asker.tenant, asker.id, *request.path_params.values()))
    await _count(request, STEPS, what, "requests of yours")


async def _count(request: Request, rate: RateLimitItem, whose: str, what: str) -> None:
    limiter: MovingWindowRateLimiter = request.app.state.limiter
    if not await limiter.hit(rate, whose):
        window = await limiter.get_window_stats(rate, whose)
        raise TooMany(what, timedelta(seconds=window.reset_time - time.time()))


NotTooOften = Depends(_not_too_often)
"""Strangers' new calls."""
NotTooFast = Depends(_not_too_fast)
"""Whatever asks a workflow something. Without a call or transfer in its path: all of a person."""
