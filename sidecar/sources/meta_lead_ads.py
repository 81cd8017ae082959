"""Meta Lead Ads, Facebook and Instagram (developers.facebook.com/docs/marketing-api/guides/lead-ads).

Signature: `X-Hub-Signature-256: sha256=` and the hexadecimal HMAC-SHA256 of the body by the app's secret; it
tells no time, so that a replay is known by its leadgen_id alone. A webhook carries no answers: the lead is
asked for at the Graph API. Test leads (the Lead Ads Testing Tool) have no flag: their answers say
“test lead: dummy data”, and their address is one of Meta's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, NotADelivery, a_dict, lead_of, member, objects, text
from sidecar.sources.marks import is_test
from sidecar.sources.model import GIVEN, Api, Fetch, Page, Received, Reply, Source

_GRAPH = "https://graph.facebook.com/v23.0"
_FIELDS = ("id,created_time,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,form_id,is_organic,"
           "platform,field_data,custom_disclaimer_responses")
_PLATFORMS = {"fb": "facebook", "ig": "instagram"}


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    return signatures.verdict(
        headers.get("x-hub-signature-256"), signatures.hex_hmac(secret, body), prefix="sha256=")


def challenge(query: Mapping[str, str], secret: str, key: str) -> Reply | None:
    """The key in the URL is the verify token, too."""
    if query.get("hub.mode") != "subscribe" or not signatures.same(query.get("hub.verify_token", ""), key):
        return None
    return Reply(200, "text/plain", query.get("hub.challenge", "")[:200])


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    """Leads as the Graph API has them, alone or as a list; what only announces leads holds none."""
    sent = a_dict(body, "a delivery of Meta")
    if "entry" in sent:
        return []
    found = [sent] if "field_data" in sent else objects(sent.get("data"))
    return [_received(lead) for lead in found if "field_data" in lead]


def _received(lead: dict[str, Any]) -> Received:
    campaign = text(lead.get("campaign_name")) or text(lead.get("campaign_id"))
    organic = str(lead.get("is_organic")).lower() == "true"
    platform = text(lead.get("platform"))
    raw = lead_of(
        _answers(lead),
        utm={"source": _PLATFORMS.get(platform, platform) or "facebook",
             "medium": "social" if organic else "paid_social", "campaign": campaign,
             "id": text(lead.get("campaign_id")), "term": text(lead.get("adset_name")),
             "content": text(lead.get("ad_name"))},
        custom={"form_id": text(lead.get("form_id")), "ad_id": text(lead.get("ad_id")),
                "adset_id": text(lead.get("adset_id")), "submitted_at": text(lead.get("created_time"))},
        external_ids={"meta": text(lead.get("id"))})
    return Received(raw, text(lead.get("id")), is_test(raw))


def _answers(lead: dict[str, Any]) -> Iterator[Answer]:
    for field in objects(lead.get("field_data")):
        yield text(field.get("name")), field.get("values"), None
    for box in objects(lead.get("custom_disclaimer_responses")):
        key = text(box.get("checkbox_key"))
        yield key, str(box.get("is_checked")).lower() in ("1", "true"), f"consent.{key}"


def _announced(body: Any) -> list[Fetch]:
    return [
        _fetch(leadgen_id)
        for entry in objects(member(body, "entry")) for change in objects(entry.get("changes"))
        if change.get("field") == "leadgen" and (leadgen_id := text(member(change, "value", "leadgen_id")))]


def _fetch(leadgen_id: str) -> Fetch:
    if not re.fullmatch("[0-9]+", leadgen_id):
        raise NotADelivery("A leadgen_id is a number.")
    return Fetch(f"lead {leadgen_id}", f"{_GRAPH}/{leadgen_id}", {"fields": _FIELDS})


def _missed(form_id: str, since: datetime) -> Fetch:
    newer = [{"field": "time_created", "operator": "GREATER_THAN", "value": int(since.timestamp())}]
    return Fetch(f"form {form_id}", f"{_GRAPH}/{form_id}/leads", {
        "fields": _FIELDS, "limit": "100", "filtering": json.dumps(newer)})


def _page(name: str, body: Any) -> Page:
    """A lead, or a page of a form's leads: the next one is asked for by the cursor, not by the ready-made
    address, which holds the token."""
    leads: Sequence[Received] = read(body, {})
    after = text(member(body, "paging", "cursors", "after"))
    if not (after and member(body, "paging", "next")):
        return Page(leads)
    return Page(leads, [Fetch(name, f"{_GRAPH}/{name.partition(' ')[2]}/leads", {
        "fields": _FIELDS, "limit": "100", "after": after})])


SOURCE = Source(
    name="meta_lead_ads", title="Meta Lead Ads", secret=GIVEN, check=check, read=read, challenge=challenge,
    setup=(
        "In your app at developers.facebook.com open Webhooks → Page → Subscribe, enter the callback URL"
        " {url}"
        " and the verify token {key}, and subscribe to the field leadgen.",
        "The secret is the app's (App settings → Basic → App secret).",
        "In n8n enter a page token with leads_retrieval into the credential “Lead Sources API”: the flow Lead"
        " pulls fetches the answers.",
    ),
    api=Api(hosts=("graph.facebook.com",), header="Authorization", prefix="Bearer ", read=_page,
            announced=_announced, missed=_missed, key_title="Page access token", of_title="form id"),
)
