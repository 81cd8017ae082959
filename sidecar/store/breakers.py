"""Which key of each provider is in use, and the circuit breakers of their keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sidecar.store.database import Cursor, Row, insert, many

Key = tuple[str, str]  # provider, mark of its key


def provider_states(cursor: Cursor) -> dict[str, Row]:
    """{provider: {live, key_mark, failures, open (the breaker of the key in use), open_for (seconds),
    half_open (one call is let through), last_error}}."""
    rows = many(
        cursor,
        "SELECT s.provider, s.live, s.key_mark, coalesce(b.failures, 0) AS failures, b.last_error,"
        " coalesce(b.open_until > now(), false) AS open,"
        " greatest(0, ceil(extract(epoch FROM b.open_until - now())))::int AS open_for,"
        " coalesce(b.open_until <= now(), false) AS half_open"
        " FROM provider_state s LEFT JOIN provider_breakers b USING (provider, key_mark)",
    )
    return {row["provider"]: row for row in rows}


def set_keys(cursor: Cursor, keys: Mapping[str, tuple[bool, str]]) -> None:
    """Remember which providers are asked for real (live), and with which key: (live, its mark) by name."""
    insert(
        cursor, "provider_state",
        [{"provider": name, "live": live, "key_mark": mark} for name, (live, mark) in sorted(keys.items())],
        conflict="""ON CONFLICT (provider) DO UPDATE SET live = excluded.live, key_mark = excluded.key_mark,
            updated_at = now() WHERE (provider_state.live, provider_state.key_mark)
                IS DISTINCT FROM (excluded.live, excluded.key_mark)""",
    )


def locked(cursor: Cursor, keys: Collection[Key]) -> dict[Key, Row]:
    """The breakers of these keys that ever opened or counted, locked: {failures, opened_at, open_until,
    last_error} by key."""
    rows = many(
        cursor,
        "SELECT provider, key_mark, failures, opened_at, open_until, last_error FROM provider_breakers"
        " WHERE (provider, key_mark) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
        " ORDER BY provider, key_mark FOR UPDATE",
        ([provider for provider, _ in keys], [mark for _, mark in keys]))
    return {(row.pop("provider"), row.pop("key_mark")): row for row in rows}


def save(cursor: Cursor, rows: list[Row]) -> None:
    """Breakers [{provider, key_mark, failures, opened_at, open_until, last_error}]."""
    insert(
        cursor, "provider_breakers", sorted(rows, key=lambda row: (row["provider"], row["key_mark"])),
        conflict="""ON CONFLICT (provider, key_mark) DO UPDATE SET failures = excluded.failures,
            opened_at = excluded.opened_at, open_until = excluded.open_until,
            last_error = excluded.last_error""")


def probe(cursor: Cursor, providers: Collection[str], seconds: int) -> set[str]:
    """Those of the half-open providers that this caller asks one call of; until it is answered, or for these
    seconds, nobody else does."""
    return {row["provider"] for row in many(
        cursor,
        "UPDATE provider_breakers b SET open_until = now() + %s * interval '1 second' FROM provider_state s"
        " WHERE s.provider = b.provider AND s.key_mark = b.key_mark AND b.provider = ANY(%s)"
        " AND b.open_until <= now() RETURNING b.provider", (seconds, list(providers)))}
