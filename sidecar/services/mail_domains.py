"""Whether a domain takes mail, asked of DNS when somebody wants to know; kept in Redis.

Trouble with DNS says nothing of the domain: it is "unknown", and asked again soon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import dns.exception
import dns.resolver
from redis import RedisError

from sidecar.engine import Engine
from sidecar.records import deliverability

_SECONDS = 2.0  # for one domain
_BUDGET = 5.0  # for all of a request
_KEPT = {"deliverable": 86_400, "undeliverable": 3_600, "unknown": 60}


def verdicts(engine: Engine, domains: Iterable[str]) -> dict[str, str]:
    """domain -> deliverable | undeliverable | unknown. Never raises, never takes over 5 s."""
    wanted = sorted(set(domains))
    found = _cached(engine, wanted)
    missing = [domain for domain in wanted if domain not in found]
    if not missing:
        return found
    pool = ThreadPoolExecutor(min(16, len(missing)))
    asked = {pool.submit(_verdict, domain): domain for domain in missing}
    done, _ = wait(asked, timeout=_BUDGET)
    pool.shutdown(wait=False, cancel_futures=True)
    fresh: dict[str, str] = {asked[future]: future.result() for future in done}
    _keep(engine, fresh)
    return found | dict.fromkeys(missing, "unknown") | fresh


def _verdict(domain: str) -> str:
    return deliverability(_ask(domain))


def _ask(domain: str) -> dict[str, Any]:
    """What `deliverability` judges: {status, mx, address}."""
    resolver = dns.resolver.Resolver()
    resolver.lifetime = _SECONDS
    try:
        answer = resolver.resolve(domain, "MX")
        return {"status": "ok", "mx": [(r.preference, r.exchange.to_text()) for r in answer]}
    except dns.resolver.NXDOMAIN:
        return {"status": "nxdomain"}
    except dns.resolver.NoAnswer:
        return {"status": "ok", "mx": [], "address": _has_address(resolver, domain)}
    except (dns.exception.DNSException, OSError):
        return {"status": "trouble"}


def _has_address(resolver: dns.resolver.Resolver, domain: str) -> bool | None:
    for kind in ("A", "AAAA"):
        try:
            resolver.resolve(domain, kind)
            return True
        except dns.resolver.NoAnswer:
            continue
        except (dns.exception.DNSException, OSError):
            return None
    return False


def _cached(engine: Engine, domains: list[str]) -> dict[str, str]:
    try:
        values = engine.cache.redis.mget([f"mx:{domain}" for domain in domains]) if domains else []
    except RedisError:
        return {}
    return {domain: str(value, "utf-8") for domain, value in zip(domains, values, strict=False)
            if isinstance(value, bytes)}


def _keep(engine: Engine, fresh: Mapping[str, str]) -> None:
    try:
        pipe = engine.cache.redis.pipeline()
        for domain, verdict in fresh.items():
            pipe.set(f"mx:{domain}", verdict, ex=_KEPT[verdict])
        pipe.execute()
    except RedisError:
        return
