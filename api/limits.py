"""How often strangers may knock: new calls are counted by where they come from."""

import time
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Depends, Request
from limits import RateLimitItemPerMinute
from limits.aio.strategies import MovingWindowRateLimiter

from api.dependencies import ServicesDep, address_of
from api.errors import TooMany

ONE_SITE = 64
"""Bits of an IPv6 address that name a site; whoever has one has all addresses in it."""


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
    limiter: MovingWindowRateLimiter = request.app.state.limiter
    rate = RateLimitItemPerMinute(services.settings.calls_per_minute)
    who = neighbourhood(address_of(request))
    if not await limiter.hit(rate, who):
        window = await limiter.get_window_stats(rate, who)
        raise TooMany(timedelta(seconds=window.reset_time - time.time()))


NotTooOften = Depends(_not_too_often)
