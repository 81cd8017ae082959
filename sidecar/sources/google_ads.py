"""Google Ads lead forms (developers.google.com/google-ads/webhook/docs/implementation).

There is no signature: the key that was entered at the form comes in the body as google_key. A delivery tells
no time; a replay is known by its lead_id. "Send test data" marks its lead with is_test.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, a_dict, lead_of, member, objects, text
from sidecar.sources.model import MADE, Received, Source
from sidecar.sources.naming import field_named


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    try:
        given = member(json.loads(body), "google_key")
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, str):
        return signatures.UNSIGNED
    return None if signatures.same(given, secret) else "The key (google_key) is not valid."


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    sent = a_dict(body, "a delivery of Google Ads")
    campaign = text(sent.get("campaign_id"))
    lead = lead_of(
        _answers(sent),
        utm={"source": "google", "medium": "cpc", "campaign": campaign, "id": campaign},
        custom={"gclid": text(sent.get("gcl_id")), "form_id": text(sent.get("form_id")),
                "adgroup_id": text(sent.get("adgroup_id")), "creative_id": text(sent.get("creative_id")),
                "asset_group_id": text(sent.get("asset_group_id"))},
        external_ids={"google_ads": text(sent.get("lead_id"))})
    return [Received(lead, text(sent.get("lead_id")), sent.get("is_test") is True)]


def _answers(sent: dict[str, Any]) -> Iterator[Answer]:
    """Questions of Google's have a column_id, one's own a column_name that asks."""
    for column in objects(sent.get("user_column_data")):
        column_id, name = text(column.get("column_id")), text(column.get("column_name"))
        label = column_id if field_named(column_id) else name or column_id
        yield label, column.get("string_value"), None


SOURCE = Source(
    name="google_ads", title="Google Ads lead forms", secret=MADE, check=check, read=read,
    setup=(
        "In Google Ads open the lead form asset, then “Export leads with a webhook”, and paste the URL {url}",
        "Enter the key {secret}, and press “Send test data”.",
    ),
)
