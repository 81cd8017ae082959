"""Rate limits: a token bucket in Redis for each caller and class of routes.

Headers after draft-ietf-httpapi-ratelimit-headers. A bucket holds one minute's worth. When Redis is
unavailable, known callers pass; sign-ins, which strangers may try, are counted by this process alone.
"""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network
from operator import attrgetter

from flask import g, request
from redis import RedisError

from sidecar.engine import Engine
from sidecar.errors import TooMany
from sidecar.metrics import LIMITED, LIMITS_UNAVAILABLE, from_zero
from sidecar.services.access import Caller

_WINDOW = 60
_ALONE_PER_MINUTE = 10
# Class of routes -> what its bucket holds by these settings.
_CAPACITIES = {
    "sign_in": attrgetter("sign_ins_per_minute"),
    "read": attrgetter("reads_per_minute"),
    "write": attrgetter("writes_per_minute"),
    "page": attrgetter("page_views_per_minute"),
    "form": attrgetter("form_posts_per_minute"),
    "link": attrgetter("link_requests_per_minute"),
    "press": attrgetter("presses_per_minute"),
}
from_zero(LIMITED, *_CAPACITIES)
from_zero(LIMITS_UNAVAILABLE, *_CAPACITIES)


def check(engine: Engine, route_class: str, caller: Caller | None) -> None:
    """Count this request. Raises TooMany when the caller's bucket is empty."""
    if route_class not in _CAPACITIES:
        return
    capacity: int = _CAPACITIES[route_class](engine.settings)
    who = caller.id if caller else network(request.remote_addr or "unknown")
    try:
        allowed, left, wait = engine.cache.take(
            f"{route_class}:{who}", capacity, capacity / _WINDOW)
    except RedisError:
        LIMITS_UNAVAILABLE.labels(route_class).inc()
        if caller is not None:
            return
        capacity = min(capacity, _ALONE_PER_MINUTE)
        allowed, left, wait = _take_alone(engine, who, capacity)
    g.response_headers = {
        "RateLimit-Policy": f'"{route_class}";q={capacity};w={_WINDOW}',
        "RateLimit": f'"{route_class}";r={left};t={wait or 1}',
    }
    if not allowed:
        LIMITED.labels(route_class).inc()
        raise TooMany("Too many requests; wait a little.", wait)


def network(address: str) -> str:
    """By what a stranger is counted: the address; of IPv6 its network of 64 bits, often one person's."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return address
    return str(found.ipv4_mapped or ip_network((found.packed, 64), strict=False))


_alone: dict[str, tuple[float, float]] = {}


def _take_alone(engine: Engine, who: str, capacity: int) -> tuple[bool, int, int]:
    now, rate = engine.now().timestamp(), capacity / _WINDOW
    if len(_alone) > 10_000:
        _alone.clear()
    tokens, at = _alone.get(who, (float(capacity), now))
    tokens = min(capacity, tokens + (now - at) * rate)
    allowed = tokens >= 1
    _alone[who] = (tokens - allowed, now)
    return allowed, int(tokens - allowed), 0 if allowed else int((1 - tokens) / rate) + 1
