"""Settings: read from the environment once, checked, and refused at start when wrong.

Each setting is an environment variable; `NAME_FILE` may name a file that holds the value instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A setting is missing or wrong; the message names it and says what is expected."""


def _text(value: str) -> str:
    return value


def _integer(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError(f"must be between {low} and {high}")
        return number

    return read


def _url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not (parts.netloc or parts.query):
            raise ValueError(f"must be a URL that starts with {' or '.join(schemes)}://")
        return value.rstrip("/")

    return read


def _optional(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda value: read(value) if value else None


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _secret(value: str) -> str:
    if len(value) < 32:
        raise ValueError("must have at least 32 characters")
    return value


def _jwt_keys(value: str) -> tuple[tuple[str, str], ...]:
    keys = tuple((kid, _secret(key)) for kid, _, key in (k.partition(":") for k in _list(value)))
    if not keys or any(not kid for kid, _ in keys):
        raise ValueError("must be kid:secret[,kid:secret…]")
    return keys


def _fernet_keys(value: str) -> tuple[str, ...]:
    from cryptography.fernet import Fernet

    keys = _list(value)
    if not keys:
        raise ValueError("must hold at least one Fernet key")
    for key in keys:
        Fernet(key)
    return keys


_REQUIRED = object()


def _setting(help_: str, read: Callable[[str], Any] = _text, default: Any = _REQUIRED) -> Any:
    return field(metadata={"help": help_, "read": read, "default": default})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be set; field `x` is the environment variable `SIDECAR_X`."""

    database_url: str = _setting(
        "Postgres, e.g. postgresql://sidecar:secret@127.0.0.1:5432/sidecar",
        _url("postgresql", "postgres"),
    )
    replica_database_url: str | None = _setting(
        "A read replica for reads that allow lag; empty: the primary serves them.",
        _optional(_url("postgresql", "postgres")), "",
    )
    n8n_database_url: str | None = _setting(
        "n8n's database, where an erasure has the history forget the person; empty: it does not.",
        _optional(_url("postgresql", "postgres")), "",
    )
    redis_url: str = _setting(
        "Redis or Valkey, e.g. redis://:secret@127.0.0.1:6379/0 (rediss:// for TLS)",
        _url("redis", "rediss", "unix"),
    )
    jwt_keys: tuple[tuple[str, str], ...] = _setting(
        "kid:secret[,kid:secret…]; the first signs, all verify. Secrets of 32 characters or more.",
        _jwt_keys,
    )
    encryption_keys: tuple[str, ...] = _setting(
        "Fernet keys, comma-separated; the first encrypts, all decrypt.", _fernet_keys
    )
    hash_key: str = _setting(
        "Key of the keyed hashes (provider calls, suppressions). Never change it.", _secret
    )
    public_url: str = _setting(
        "Where people reach the product, e.g. https://leads.example.com; used in links.",
        _url("https", "http"),
    )
    wake_url: str | None = _setting(
        "Webhook of the enrichment workflow; empty: only its schedule starts it.",
        _optional(_url("https", "http")), "",
    )
    imports_wake_url: str | None = _setting(
        "Webhook of the workflow that steps imports; empty: only its schedule starts it.",
        _optional(_url("https", "http")), "",
    )
    wake_token: str = _setting("Value of the X-Wake-Token header of those webhooks.", _text, "")
    sandbox_url: str | None = _setting(
        "Sandbox providers, asked wherever n8n holds no key; empty: those are not asked.",
        _optional(_url("https", "http")), "",
    )
    slack_webhook_url: str | None = _setting(
        "Slack incoming webhook for hot leads; empty: no Slack message.",
        _optional(_url("https", "http")), "",
    )
    smtp_url: str | None = _setting(
        "Mail server, smtp://[user:password@]host:port or smtps://…; empty: no mail.",
        _optional(_url("smtp", "smtps")), "",
    )
    mail_from: str = _setting("Sender of the mails.", _text, "Enrichment <leads@localhost>")
    mail_to: tuple[str, ...] = _setting("Who gets the hot leads by mail.", _list, "")
    operations_mail_to: tuple[str, ...] = _setting("Who is told of failures by mail.", _list, "")
    operations_slack_webhook_url: str | None = _setting(
        "Slack incoming webhook for failures; empty: none.", _optional(_url("https", "http")), ""
    )
    default_region: str | None = _setting(
        "Country (ISO 3166-1 alpha-2) of phone numbers that say nothing of theirs.",
        lambda value: value.upper() or None, "",
    )
    lease_seconds: int = _setting(
        "How long a batch may go without a step before it is taken back.", _integer(5, 3600), "90"
    )
    interactive_batch: int = _setting("Leads of an interactive batch.", _integer(1, 500), "25")
    bulk_batch: int = _setting("Leads of a bulk batch.", _integer(1, 500), "500")
    interactive_batches: int = _setting("Interactive batches at once.", _integer(1, 100), "4")
    bulk_batches: int = _setting("Bulk batches at once.", _integer(1, 100), "2")
    max_rounds: int = _setting("Provider rounds of a batch.", _integer(1, 10), "4")
    max_attempts: int = _setting("Tries of a lead alone before it is dead.", _integer(1, 20), "3")
    raw_payload_days: int = _setting(
        "Days for which raw leads are kept, encrypted.", _integer(1, 3650), "30")
    sign_ins_per_minute: int = _setting(
        "Sign-ins and refreshes a minute from one address.", _integer(1, 1_000_000), "30")
    reads_per_minute: int = _setting(
        "GET requests a minute of one user or client.", _integer(1, 10_000_000), "1200")
    writes_per_minute: int = _setting(
        "Other requests a minute of one user or client.", _integer(1, 10_000_000), "1200")
    form_posts_per_minute: int = _setting(
        "Posts of public web forms a minute from one address.", _integer(1, 1_000_000), "10")
    response_cache_seconds: int = _setting(
        "Seconds for which Redis keeps answers of lists and figures, unless something is written; 0: none.",
        _integer(0, 300), "5")
    log_level: str = _setting("DEBUG, INFO, WARNING or ERROR.", _text, "INFO")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read all settings. Raises SettingsError that names every wrong one."""
        values, problems = {}, []
        for item in fields(cls):
            name = f"SIDECAR_{item.name.upper()}"
            try:
                raw = _raw(environ, name)
                if raw is None:
                    raw = item.metadata["default"]
                if raw is _REQUIRED:
                    problems.append(f"{name} is not set: {item.metadata['help']}")
                    continue
                values[item.name] = item.metadata["read"](raw)
            except (ValueError, OSError) as error:
                problems.append(f"{name} is wrong: {error}")
        if problems:
            raise SettingsError("\n".join(problems))
        return cls(**values)


def _raw(environ: Mapping[str, str], name: str) -> str | None:
    if path := environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return environ.get(name)
