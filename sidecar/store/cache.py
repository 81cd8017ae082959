"""Redis: wake-ups, pacing and short-lived state. Nothing that must not be lost."""

from __future__ import annotations

import redis

# Reserve `count` consecutive slots of a provider's pace; answers the first slot's time in ms.
_RESERVE = """
local now = tonumber(ARGV[1])
local next = tonumber(redis.call('GET', KEYS[1]) or now)
if next < now then next = now end
redis.call('SET', KEYS[1], next + ARGV[2] * ARGV[3], 'PX', 600000)
return tostring(next)
"""


class Cache:
    """A thin Redis client with the engine's own verbs. Raises redis.RedisError when it is away."""

    def __init__(self, url: str) -> None:
        self.redis = redis.Redis.from_url(
            url, socket_timeout=2, socket_connect_timeout=2, health_check_interval=30
        )

    def first_wake(self, lane: str) -> bool:
        """Whether this wake-up is the first of its second; the others coalesce into it."""
        return bool(self.redis.set(f"wake:{lane}", 1, nx=True, px=1000))

    def clear_wake(self, *lanes: str) -> None:
        """From here on a wake-up counts again: the claim that follows sees all that was committed."""
        self.redis.delete(*(f"wake:{lane}" for lane in lanes))

    def reserve(self, provider: str, count: int, per_second: float, now_ms: int) -> float:
        """Reserve slots in a provider's pace; the first slot's time in ms since the epoch."""
        step = 1000.0 / per_second
        return float(self.redis.eval(_RESERVE, 1, f"pace:{provider}", now_ms, count, step))

    def ping(self) -> bool:
        """Whether Redis answers."""
        return bool(self.redis.ping())
