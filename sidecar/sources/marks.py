"""What senders call a delivery, and whether a lead only tries a form out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

# What senders call the id of a delivery or submission, folded; the first that is there tells.
EVENT_IDS: Final = (
    "eventid", "submissionid", "responseid", "formresponseid", "entryid", "leadgenid", "deliveryid",
    "messageid", "requestid")
# Meta's Lead Ads Testing Tool (developers.facebook.com/tools/lead-ads-testing): its addresses, and how its
# other answers begin: "<test lead: dummy data for full_name>".
_ADDRESSES: Final = frozenset({"test@meta.com", "test@fb.com", "test@facebook.com"})
_DUMMY: Final = "test lead: dummy data"


@lru_cache(4096)
def folded(name: str) -> str:
    """A name without case and punctuation."""
    return re.sub(r"[\W_]", "", name.casefold())


def is_test(lead: Mapping[str, Any]) -> bool:
    """Whether a lead says that it is a test (custom.is_test), or is one of an ad platform's: it is kept and
    scored, and sales is never told of it."""
    custom = lead.get("custom")
    said = custom.get("is_test", "") if custom and isinstance(custom, Mapping) else ""
    if str(said).lower() in ("true", "1", "yes"):
        return True
    texts = [value for value in lead.values() if type(value) is str]
    return _DUMMY in "\n".join(texts) or not _ADDRESSES.isdisjoint(texts)
