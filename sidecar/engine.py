"""The engine: settings and connections that every use case gets as its first argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from redis import RedisError

from sidecar.metrics import RESPONSE_CACHE
from sidecar.records import RecordSettings
from sidecar.secrets import Vault, keyed_hash
from sidecar.settings import Settings
from sidecar.store.cache import Cache
from sidecar.store.database import Database


def utc_now() -> datetime:
    """The clock of the engine."""
    return datetime.now(UTC)


def _forget_responses(cache: Cache) -> None:
    """Something was written. Without Redis a cached response lives for its few seconds at most."""
    try:
        cache.forget_responses()
    except RedisError:
        RESPONSE_CACHE.labels("unavailable").inc()


@dataclass(frozen=True)
class Engine:
    """Everything a use case needs of the outside; `history` is n8n's database."""

    settings: Settings
    database: Database
    cache: Cache
    vault: Vault
    record_settings: RecordSettings
    history: Database | None = None
    now: Callable[[], datetime] = utc_now

    @classmethod
    def build(cls, settings: Settings) -> Engine:
        """Wire the engine; connections open at first use."""
        cache = Cache(settings.redis_url)
        replica = settings.replica_database_url
        return cls(
            settings=settings,
            database=Database(
                settings.database_url,
                written=(lambda: _forget_responses(cache)) if settings.response_cache_seconds else None,
                # A replica may go at any time, and reads then move to the primary without an error.
                replica=Database(replica, trust_idle=0) if replica else None),
            cache=cache,
            vault=Vault(settings.encryption_keys),
            history=Database(settings.n8n_database_url, size=1) if settings.n8n_database_url else None,
            record_settings=RecordSettings(default_region=settings.default_region),
        )

    def hash(self, *parts: str) -> str:
        """Keyed hash that tells equality and nothing else."""
        return keyed_hash(self.settings.hash_key, *parts)

    def close(self) -> None:
        """Give back every connection."""
        self.database.close()
        if self.history:
            self.history.close()
        self.cache.redis.close()
