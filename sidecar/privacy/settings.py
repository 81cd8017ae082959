"""What an admin sets of privacy, as it is stored: one JSON object, whose missing members are as shipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sidecar.privacy.retention import DEFAULT_COOLING_DAYS, DEFAULT_RULES

# controller: name and address; contact: whom to write to, of data protection; authority: that of complaints;
# recipients, transfers: more to be told of who gets the data, and of other countries. All are texts.
TEXTS: Final = ("controller", "contact", "authority", "recipients", "transfers")
_SHIPPED: Final[Mapping[str, Any]] = {
    **dict.fromkeys(TEXTS, ""), "erase": False, "cooling_days": DEFAULT_COOLING_DAYS,
    "rules": list(DEFAULT_RULES)}


def whole(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with what was never set as shipped: {controller, contact, authority, recipients,
    transfers, erase: whether who is due is erased, cooling_days: between its announcement and that,
    rules}."""
    return {**_SHIPPED, **definition}
