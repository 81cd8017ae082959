"""Ask DNS whether a domain takes mail; answers are cached, trouble is "unknown"."""

from __future__ import annotations

from typing import Protocol

from sidecar.records import deliverability

FOUND_SECONDS = 24 * 3600
TROUBLE_SECONDS = 300


class Cache(Protocol):
    """What is needed of Redis."""

    def get(self, key: str) -> bytes | str | None:
        """Return what is stored, or None."""

    def set(self, key: str, value: str, ex: int) -> object:
        """Store for `ex` seconds."""


def domain_deliverability(domain: str, cache: Cache | None = None, timeout: float = 3.0) -> str:
    """Return "deliverable", "undeliverable" or "unknown" for an ASCII domain.

    Takes at most some `timeout` seconds; a certain answer is kept for a day, "unknown" five minutes.
    """
    key = f"dns:mail:{domain}"
    kept = cache.get(key) if cache else None
    if kept:
        return kept.decode() if isinstance(kept, bytes) else kept
    verdict = deliverability(_ask(domain, timeout))
    if cache:
        cache.set(key, verdict, TROUBLE_SECONDS if verdict == "unknown" else FOUND_SECONDS)
    return verdict


def _ask(domain: str, timeout: float) -> dict[str, object]:
    import dns.exception
    import dns.resolver

    resolver = dns.resolver.get_default_resolver()
    try:
        answer = resolver.resolve(domain, "MX", lifetime=timeout / 2)
        records = [(record.preference, str(record.exchange)) for record in answer]
        return {"status": "ok", "mx": records, "address": None}
    except dns.resolver.NXDOMAIN:
        return {"status": "nxdomain"}
    except dns.resolver.NoAnswer:
        pass
    except (dns.exception.DNSException, OSError):
        return {"status": "trouble"}
    for kind in ("A", "AAAA"):
        try:
            resolver.resolve(domain, kind, lifetime=timeout / 4)
        except dns.resolver.NoAnswer:
            continue
        except (dns.exception.DNSException, OSError):
            return {"status": "ok", "mx": [], "address": None}
        return {"status": "ok", "mx": [], "address": True}
    return {"status": "ok", "mx": [], "address": False}
