"""Redis: wake-ups, pacing and short-lived state. Nothing that must not be lost."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import redis

from sidecar.ids import new_id

# Reserve `count` consecutive slots of a provider's pace; answers the first slot's time in ms.
_RESERVE = """
local now = tonumber(ARGV[1])
local next = tonumber(redis.call('GET', KEYS[1]) or now)
if next < now then next = now end
redis.call('SET', KEYS[1], next + ARGV[2] * ARGV[3], 'PX', 600000)
return tostring(next)
"""

# A token bucket: ARGV = capacity, tokens per second. Answers {allowed, tokens left, seconds to wait}.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local capacity, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local tokens = tonumber(bucket[1]) or capacity
tokens = math.min(capacity, tokens + math.max(0, now - (tonumber(bucket[2]) or now)) * rate)
local allowed = tokens >= 1
if allowed then tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('EXPIRE', KEYS[1], math.ceil(capacity / rate) + 1)
return {allowed and 1 or 0, math.floor(tokens), allowed and 0 or math.ceil((1 - tokens) / rate)}
"""

# Answers are kept in one hash beside the name of their generation, so that one DEL forgets all and whoever
# asks next begins another. ARGV = question, name of a new generation, seconds that all answers are kept.
# Answers {generation, what is kept or nil}.
_ASK = """
local generation = redis.call('HGET', KEYS[1], 'generation')
if not generation then
    generation = ARGV[2]
    redis.call('HSET', KEYS[1], 'generation', generation)
    redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return {generation, redis.call('HGET', KEYS[1], ARGV[1])}
"""
# Keep an answer unless something was written since its question began. ARGV = generation at the question,
# question, answer, how many at most.
_KEEP = """
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 0 end
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 1
"""
_RESPONSES = "answers"
_MOST_RESPONSES = 200


class Cache:
    """A thin Redis client with the engine's own verbs. Raises redis.RedisError when Redis is unavailable."""

    def __init__(self, url: str) -> None:
        self.redis = redis.Redis.from_url(
            url, socket_timeout=2, socket_connect_timeout=2, health_check_interval=30
        )
        self._take = self.redis.register_script(_TAKE)
        self._ask = self.redis.register_script(_ASK)
        self._keep = self.redis.register_script(_KEEP)

    def first_wake(self, lane: str) -> bool:
        """Whether this wake-up is the first of its second; the others coalesce into it."""
        return bool(self.redis.set(f"wake:{lane}", 1, nx=True, px=1000))

    def first_in(self, name: str, seconds: int) -> bool:
        """Whether nobody else did this within the last seconds."""
        return bool(self.redis.set(f"once:{name}", 1, nx=True, ex=seconds))

    @contextmanager
    def alone(self, name: str, seconds: float) -> Iterator[bool]:
        """Whether nobody else is at this, who may take so many seconds."""
        key = f"alone:{name}"
        alone = bool(self.redis.set(key, 1, nx=True, px=int(1000 * seconds)))
        try:
            yield alone
        finally:
            if alone:
                self.redis.delete(key)

    def busy(self, name: str) -> bool:
        """Whether somebody is at this alone."""
        return bool(self.redis.exists(f"alone:{name}"))

    def clear_wake(self, *lanes: str) -> None:
        """From here on a wake-up counts again: the claim that follows sees all that was committed. When it
        came is noted."""
        with self.redis.pipeline(transaction=False) as pipe:
            pipe.delete(*(f"wake:{lane}" for lane in lanes))
            pipe.mset({f"seen:{lane}": int(time.time()) for lane in lanes})
            pipe.execute()

    def seen_at(self, *lanes: str) -> float:
        """When a claim of any of the lanes last came, in seconds since the epoch; infinitely long ago when
        none did."""
        noted: list[bytes | None] = self.redis.mget(f"seen:{lane}" for lane in lanes)  # type: ignore[assignment]
        return max((float(at) for at in noted if at is not None), default=-math.inf)

    def reserve(self, provider: str, count: int, per_second: float, now_ms: int) -> float:
        """Reserve slots in a provider's pace; the first slot's time in ms since the epoch."""
        step = 1000.0 / per_second
        return float(self.redis.eval(_RESERVE, 1, f"pace:{provider}", now_ms, count, step))

    def take(self, bucket: str, capacity: int, per_second: float) -> tuple[bool, int, int]:
        """Take a token from a bucket: (allowed, tokens left, seconds until the next)."""
        allowed, left, wait = self._take(keys=[f"limit:{bucket}"], args=[capacity, per_second])
        return bool(allowed), int(left), int(wait)

    def spend(self, budget: str, amount: int, seconds: int) -> int:
        """Add to what is used of a budget: the sum. It is forgotten so many seconds after its beginning."""
        with self.redis.pipeline() as pipe:
            pipe.incrby(f"budget:{budget}", amount)
            pipe.expire(f"budget:{budget}", seconds, nx=True)
            return int(pipe.execute()[0])

    def response(self, question: str, seconds: int) -> tuple[bytes, bytes | None]:
        """(generation, the cached response to this request or None); those of a generation are kept for at
        most `seconds`."""
        generation, known = self._ask(keys=[_RESPONSES], args=[question, new_id(), seconds])
        return generation, known

    def keep_response(self, generation: bytes, question: str, answer: bytes) -> None:
        """Keep an answer with those of its generation, unless something was written since."""
        self._keep(keys=[_RESPONSES], args=[generation, question, answer, _MOST_RESPONSES])

    def forget_responses(self) -> None:
        """Something was written: no answer from before is given again."""
        self.redis.delete(_RESPONSES)

    def figures(self, names: Iterable[str]) -> list[tuple[bytes | None, float]]:
        """Parts of what /metrics tells of Postgres, while they are kept, and for how many seconds more."""
        with self.redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.get(f"figures:{name}")
                pipe.pttl(f"figures:{name}")
            told = pipe.execute()
        return [(known, left / 1000) for known, left in zip(told[::2], told[1::2], strict=True)]

    def keep_figures(self, name: str, told: bytes, seconds: int) -> None:
        """Keep it for so many seconds."""
        self.redis.set(f"figures:{name}", told, ex=seconds)

    def ping(self) -> bool:
        """Whether Redis answers."""
        return bool(self.redis.ping())
