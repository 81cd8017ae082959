"""The engine: settings and connections that every use case gets as its first argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from redis import RedisError

from sidecar.metrics import ANSWERS
from sidecar.records import RecordSettings
from sidecar.secrets import Vault, keyed_hash
from sidecar.settings import Settings
from sidecar.store.cache import Cache
from sidecar.store.database import Database


def utc_now() -> datetime:
    """The clock of the engine."""
    return datetime.now(UTC)


def _forget_answers(cache: Cache) -> None:
    """Something was written. Without Redis an answer is kept for its few seconds at most."""
    try:
        cache.forget_answers()
    except RedisError:
        ANSWERS.labels("away").inc()


@dataclass(frozen=True)
class Engine:
    """`replica` is the primary where no replica is set; `history` is n8n's database."""

    settings: Settings
    database: Database
    replica: Database
    cache: Cache
    vault: Vault
    record_settings: RecordSettings
    history: Database | None = None
    now: Callable[[], datetime] = utc_now

    @classmethod
    def build(cls, settings: Settings) -> Engine:
        """Wire the engine; connections open at first use."""
        cache = Cache(settings.redis_url)
        database = Database(
            settings.database_url,
            written=(lambda: _forget_answers(cache)) if settings.answer_seconds else None)
        replica = settings.replica_database_url
        return cls(
            settings=settings,
            database=database,
            # A replica may go at any time, and reads then move to the primary without an error.
            replica=Database(replica, trust_idle=0) if replica else database,
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
        self.replica.close()
        if self.history:
            self.history.close()
        self.cache.redis.close()
