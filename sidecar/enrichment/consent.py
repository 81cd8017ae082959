"""One consent out of two statements of one person: who withdrew it once has withdrawn it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sidecar.records.truth import opted_out, truth

# Members that tell a withdrawal by being there.
_WITHDRAWALS: Final = frozenset(
    {"withdrawn", "revoked", "denied", "declined", "refused", "opt_out", "opted_out", "unsubscribed",
     "do_not_contact", "withdrawn_at", "revoked_at", "unsubscribed_at"}
)  # fmt: skip


def merge_consent(kept: Mapping[str, Any], lost: Mapping[str, Any]) -> dict[str, Any]:
    """All members of both. Where they differ a refusal counts, then what the kept contact says.

    What stands beside a refusal (when, by which form) comes from the statement that refuses.
    """
    first, second = (lost, kept) if _withdraws(lost) and not _withdraws(kept) else (kept, lost)
    merged = {**second, **first}
    for name in first.keys() & second.keys():
        one, other = first[name], second[name]
        if isinstance(one, dict) and isinstance(other, dict):
            merged[name] = merge_consent(one, other)
        elif _refuses(name, other):
            merged[name] = other
    return merged


def _withdraws(consent: Mapping[str, Any]) -> bool:
    return any(_refuses(name, value) for name, value in consent.items())


def _refuses(name: str, value: Any) -> bool:
    if isinstance(value, dict):
        return _withdraws(value)
    if name.casefold().replace("-", "_") in _WITHDRAWALS:
        return opted_out(value) is True
    return truth(value) is False
