"""A resolver that answers DNS over HTTPS as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox import people
from sandbox.twin import JSON, Reply, Twin, plain, reply

_HOSTS = ("aspmx.l.google.com", "sample.mail.protection.outlook.com", "mx.mail-host.example")
_TYPES = {"mail_host": 15, "spf": 16, "dmarc": 16}


def answer(operation: str, subject: str, behaviour: str, times: int) -> Reply:
    """The answer to one call."""
    refusals: dict[str, Reply] = {
        "throttle": plain("Too many requests", 429), "quota": plain("Too many requests", 429),
        "unauthorized": plain("Forbidden", 403), "down": plain("Bad Gateway", 502),
        "garbled": (200, '{"Status": ', JSON, {}),
    }
    if behaviour in refusals:
        return refusals[behaviour]
    records = {
        "mail_host": "0 ." if behaviour == "invalid" else
                     f"10 {_HOSTS[people.seed(subject) % len(_HOSTS)]}.",
        "spf": '"v=spf1 include:_spf.mail-host.example " "~all"',
        "dmarc": '"v=DMARC1; p=quarantine; rua=mailto:dmarc@sample.example"',
    }
    found = [] if behaviour in ("missing", "refuse") else [records[operation]]
    return reply({
        "Status": 0, "TC": False, "RD": True, "RA": True, "AD": False, "CD": False,
        "Question": [{"name": subject, "type": _TYPES[operation]}],
        **({"Answer": [{"name": subject, "type": _TYPES[operation], "TTL": 300, "data": data}
                       for data in found]} if found else {})})


def _operation(params: Mapping[str, Any]) -> str:
    if params["type"] == "MX":
        return "mail_host"
    return "dmarc" if params["name"].startswith("_dmarc.") else "spf"


TWIN = Twin("mail_domain", {"/dns-query": "mail_host"}, answer,
            lambda params: str(params["name"]).removeprefix("_dmarc."), _operation)
