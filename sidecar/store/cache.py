"""Redis: wake-ups, pacing and short-lived state. Nothing that must not be lost."""

from __future__ import annotations

import math
import time

import redis

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

# Keep an answer unless something was written since its question began. KEYS = generation, answers;
# ARGV = generation at the question, field, answer, seconds that all answers are kept, how many.
_KEEP = """
if (redis.call('GET', KEYS[1]) or '0') ~= ARGV[1] then return 0 end
if redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[5]) then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[4], 'NX')
return 1
"""
_GENERATION, _RESPONSES = "answers:generation", "answers"
_MOST_RESPONSES = 200


class Cache:
    """A thin Redis client with the engine's own verbs. Raises redis.RedisError when Redis is unavailable."""

    def __init__(self, url: str) -> None:
        self.redis = redis.Redis.from_url(
            url, socket_timeout=2, socket_connect_timeout=2, health_check_interval=30
        )
        self._take = self.redis.register_script(_TAKE)
        self._keep = self.redis.register_script(_KEEP)

    def first_wake(self, lane: str) -> bool:
        """Whether this wake-up is the first of its second; the others coalesce into it."""
        return bool(self.redis.set(f"wake:{lane}", 1, nx=True, px=1000))

    def first_in(self, name: str, seconds: int) -> bool:
        """Whether nobody else did this within the last seconds."""
        return bool(self.redis.set(f"once:{name}", 1, nx=True, ex=seconds))

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

    def response(self, question: str) -> tuple[str, bytes | None]:
        """(generation, the cached response to this request or None)."""
        with self.redis.pipeline(transaction=False) as pipe:
            pipe.get(_GENERATION)  # first, so that a write that happens meanwhile is noticed
            pipe.hget(_RESPONSES, question)
            generation, known = pipe.execute()
        return (generation or b"0").decode(), known

    def keep_response(self, generation: str, question: str, answer: bytes, seconds: int) -> None:
        """Keep an answer for at most `seconds`, unless something was written since the generation."""
        self._keep(keys=[_GENERATION, _RESPONSES], args=[
            generation, question, answer, seconds, _MOST_RESPONSES])

    def forget_responses(self) -> None:
        """Something was written: no answer from before is given again."""
        with self.redis.pipeline(transaction=False) as pipe:
            pipe.incr(_GENERATION)  # first: nothing of before is kept from here on
            pipe.delete(_RESPONSES)
            pipe.execute()

    def figures(self, name: str) -> tuple[bytes | None, float]:
        """A part of what /metrics tells of Postgres, while it is kept, and for how many seconds more."""
        with self.redis.pipeline(transaction=False) as pipe:
            pipe.get(f"figures:{name}")
            pipe.pttl(f"figures:{name}")
            known, left = pipe.execute()
        return known, left / 1000

    def keep_figures(self, name: str, told: bytes, seconds: int) -> None:
        """Keep it for so many seconds."""
        self.redis.set(f"figures:{name}", told, ex=seconds)

    def ping(self) -> bool:
        """Whether Redis answers."""
        return bool(self.redis.ping())
