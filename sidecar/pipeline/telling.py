"""What a message tells: read when it is sent, so that it says how things are then."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from sidecar.calendars.working import zone_or
from sidecar.channels.handling import Stood
from sidecar.channels.model import Channel, DeliveryError
from sidecar.engine import Engine
from sidecar.errors import NotFound
from sidecar.intake.refusals import asked_themselves, may_alert
from sidecar.pipeline.intake import lead_url
from sidecar.pipeline.provenance import lead_with_sources
from sidecar.store import digests, facts, handlings, notifications, refusals
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import HANDLINGS


def digest(token: str) -> bytes:
    """What is kept of a secret in a link."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def told(engine: Engine, channel: Channel, message: Row, stood: Sequence[Stood]) -> Row | None:
    """What `message_content` reads, of a message that is about to be sent; `stood`: what was done about its
    change. None: of a digest, nothing is left to tell; else its person refused contact, and did not ask
    themselves. Raises DeliveryError when its lead is gone."""
    zone = zone_or(message["time_zone"], engine.settings.time_zone)
    common = {"time_zone": zone, "unsubscribe": _unsubscribe(engine, message)}
    if message["kind"] == "operations":
        return {**common, **message["content"]}
    if message["kind"] == "digest":
        found = _digest(engine, message)
        return found and common | found
    lead = _lead(engine, message)
    if lead is None:
        return None
    # What somebody did is told of what is out already; else the message would not be sent.
    handled = _handled(stood, engine.now()) if message["kind"] == "handled" else None
    return common | lead | {
        "untouched": _untouched(message["about"] or {}), "handled": handled,
        "actions": [] if handled else _actions(engine, channel, message)}


def _untouched(about: Row) -> Row | None:
    waited = about.get("untouched")
    return waited and waited | {"since": datetime.fromisoformat(waited["since"])}


def _handled(stood: Sequence[Stood], now: datetime) -> Row | None:
    """The last thing that was done and holds."""
    lasting = [one for one in stood if one.until is None or one.until > now]
    if not lasting:
        return None
    last = lasting[-1]
    return {"kind": last.kind, "by": last.by, "at": last.at, "until": last.until}


def _actions(engine: Engine, channel: Channel, message: Row) -> list[Row]:
    """The buttons: they act by their value where presses come back, else by a link, for whom it is sent to.
    """
    if channel.presses:
        value = f"{message['lead_id']}:{message['hot_change']}"
        return [{"kind": kind, "value": value, "link": ""} for kind in HANDLINGS]
    if not message["reader_id"]:
        return []
    token = secrets.token_urlsafe(32)
    with engine.database.write() as cursor:
        handlings.add_links(cursor, [{
            "token_hash": f"\\x{digest(token).hex()}", "lead_id": message["lead_id"],
            "hot_change": message["hot_change"], "user_id": message["reader_id"],
            "notification_id": message["id"],
            "expires_at": engine.now() + timedelta(days=engine.settings.take_link_days)}])
    link = f"{engine.settings.public_url}/take/{token}"
    return [{"kind": kind, "value": "", "link": link if kind == "claim" else f"{link}?do={kind}"}
            for kind in HANDLINGS]


def unsubscribe_token(engine: Engine, user_id: str, kind: str) -> str:
    """What proves a link that stops mails of a kind; it holds for as long as the hash key does."""
    return f"{user_id}.{kind}.{engine.hash('unsubscribe', user_id, kind)}"


def _unsubscribe(engine: Engine, message: Row) -> Row | None:
    if message["channel"] != "email" or not message["user_id"]:
        return None
    token = unsubscribe_token(engine, message["user_id"], message["kind"])
    return {"link": f"{engine.settings.public_url}/unsubscribe/{token}", "one_click": True}


def _lead(engine: Engine, message: Row) -> Row | None:
    lead_id = message["lead_id"]
    try:
        lead = lead_with_sources(engine, lead_id)
    except NotFound as error:
        raise DeliveryError("the lead is gone", permanent=True) from error
    refused = lead["contact"]["refused"]
    asked = bool(refused) and _asked(engine, lead, message["hot_change"])
    if not may_alert(refused, engine.settings.no_alert_after,
                     asked=asked and engine.settings.alert_own_requests):
        return None
    contact, organization = lead["contact"], lead["organization"] or {}
    company = organization.get("name") or organization.get("domain") or ""
    fields = [*contact["fields"].values(), *organization.get("fields", {}).values()]
    with engine.database.read() as cursor:
        around = handlings.around(cursor, lead_id)
    owner = around["owner"] and around["owner"] | {"you": around["owner"].pop("id") == message["reader_id"]}
    return {
        "link": lead_url(engine, lead["id"]),
        "name": contact.get("full_name") or contact.get("email"),
        **{name: contact.get(name) for name in ("job_title", "email", "phone")},
        "company": company,
        "company_domain": organization.get("domain"),
        **{name: organization.get(name) for name in ("industry", "company_size")},
        "phone_said": next((warning["value"] for warning in lead["warnings"]
                            if warning["pointer"] == "/phone" and warning.get("value")), None),
        "country": contact.get("country") or organization.get("country"),
        **{name: lead[name] for name in ("source", "utm", "custom", "score")},
        "sandbox": any(item.get("sandbox") for item in fields),
        "summary": (lead.get("message") or "")[:500],
        "arrived_at": lead["created_at"],
        "refused": sorted(refused), "asked": asked, "owner": owner,
        "company_leads": around["company_leads"] and around["company_leads"] | {
            "link": f"{engine.settings.public_url}/#/leads?q={quote(company)}"},
    }


def _asked(engine: Engine, lead: Row, hot_change: int) -> bool:
    """Whether the person asked themselves since they refused and since sales was told."""
    contact_id = lead["contact"]["id"]
    with engine.database.read() as cursor:
        return asked_themselves(
            facts.load_events(cursor, [contact_id]).get(contact_id, []),
            refusals.statements(cursor, [contact_id]).get(contact_id, []),
            engine.settings.no_alert_after, notifications.told_at(cursor, lead["id"], hot_change))


def digest_of(engine: Engine, cursor: Cursor, user_id: str) -> dict[str, Row] | None:
    """What there is to tell an owner of the last day (`digests.of_owner`); None: nothing."""
    found = digests.of_owner(
        cursor, user_id, engine.now() - timedelta(days=1), engine.settings.no_alert_after)
    return found if any(part["count"] for part in found.values()) else None


def _digest(engine: Engine, message: Row) -> Row | None:
    with engine.database.read() as cursor:
        found = digest_of(engine, cursor, message["user_id"])
    if found is None:
        return None
    for part in found.values():
        for row in part["leads"]:
            row["link"] = lead_url(engine, row.pop("lead_id"))
    link = f"{engine.settings.public_url}/#/leads?owner={quote(message['reader'])}"
    return {"link": link, "day": engine.now(), **found}

