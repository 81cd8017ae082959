"""What a DNS answer says about a domain's mail; pure, the asking is done elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

Verdict = Literal["deliverable", "undeliverable", "unknown"]


def deliverability(mx_answer: Mapping[str, object]) -> Verdict:
    """Judge an answer {"status", "mx", "address"} for a domain.

    status: "ok" (the domain exists), "nxdomain", or anything else for trouble (timeout, refusal).
    mx: [(preference, host)…] or [[…]…]; address: whether it has an A or AAAA record, None when
    that was not asked or not answered.
    Rules: RFC 5321 section 5.1 (without MX the address record counts), RFC 7505 (a null MX, host
    ".", takes no mail). DNS trouble is "unknown", never "undeliverable".
    """
    status = mx_answer.get("status")
    if status == "nxdomain":
        return "undeliverable"
    if status != "ok":
        return "unknown"
    records = mx_answer.get("mx")
    hosts = (
        [str(record[1]).rstrip(".") for record in records if len(record) == 2]
        if isinstance(records, Sequence) and not isinstance(records, str)
        else []
    )
    if any(hosts):
        return "deliverable"
    if hosts:
        return "undeliverable"
    address = mx_answer.get("address")
    if address is None:
        return "unknown"
    return "deliverable" if address else "undeliverable"
