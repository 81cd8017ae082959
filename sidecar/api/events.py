"""What people did: told by whoever knows, in our words or in those of a mail service."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import endpoint, json_body, pointers
from sidecar.engine import Engine
from sidecar.errors import Invalid
from sidecar.intake.mail_events import read_mail_events
from sidecar.pipeline import intake, waking
from sidecar.services.access import Caller
from sidecar.services.events import MOST, add_events
from sidecar.terms.states import DELIVERED

bp = Blueprint("events", __name__)


@endpoint(bp, "POST", "/v1/events", scope="leads", body=schemas.EventList(), answer=schemas.EventCounts(),
          status=202)
def events(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """What people did since: page views, opens, clicks, replies, meetings. Up to 1,000 at once, in any order,
    each once: by `event_id`, else by what it says, if it tells its time. Leads are scored again within
    seconds, without asking providers; but for email_delivered, which tells of the address alone.

    Of whom: a lead, or a contact, e-mail address, LinkedIn profile or another system's id (`external_id`),
    which stands for the person's open lead, else the newest. `anonymous_id` names the browser or app, beside
    or alone: what is told of it alone is of whom it was seen with, as docs/TRACKING.md says. What nobody is
    known to have done is `unknown`; unless it was named by one of our ids it is kept for some weeks, and is
    theirs when they come. A time up to a day ahead is taken as now; one beyond, or more than ten years ago,
    is `refused`, as is any other event that is not valid; the others are taken.
    """
    told = [{"errors": pointers(event["errors"])} if "errors" in event else event for event in body["events"]]
    lane = intake.lane_of(engine, len(told))
    counts = add_events(engine, told, source=caller.name, lane=lane)
    _all_refused(counts)
    if counts["accepted"]:
        waking.wake_soon(engine, lane)
    return counts


def _all_refused(counts: dict[str, Any]) -> None:
    """Raises Invalid if there is none that could be taken."""
    results = counts["results"]
    if results and counts["refused"] == len(results):
        raise Invalid("No event is valid; see errors.", results=results, errors=[
            error | {"pointer": f"/events/{index}{error['pointer']}"}
            for index, result in enumerate(results) for error in result["errors"]])


@endpoint(bp, "POST", "/v1/events/mail", scope="leads", answer=schemas.MailEventCounts(), status=202)
def mail_events(engine: Engine, caller: Caller) -> Any:
    """What SendGrid, Mailgun, Postmark or Mailchimp send to a webhook, as they send it: opens, clicks,
    replies, bounces, unsubscriptions and complaints become events of the person's lead, each once. Which
    service it is is told by the shape; up to 5,000 events at once. Leads are scored again behind those that
    people wait for, without asking providers. What is signed is better sent to an address of its own
    (`sidecar sources add`).

    `ignored`: what tells of no deed of a person, e.g. deliveries and delays; deliveries count for how much of
    each class of addresses bounces.
    """
    told = read_mail_events(json_body())
    if told is None:
        raise Invalid("The request is not valid; see errors.", errors=[
            {"pointer": "", "code": "wrong_type",
             "detail": "Send events in the form of SendGrid, Mailgun, Postmark or Mailchimp."}])
    service, found = told
    if len(found) > MOST:
        raise Invalid("The request is not valid; see errors.", errors=[
            {"pointer": "", "code": "wrong_length", "detail": f"Send up to {MOST} events at once."}])
    known = [event for event in found if event]
    deeds = [event for event in known if event["type"] != DELIVERED]
    if arrived := [event for event in known if event["type"] == DELIVERED]:
        add_events(engine, arrived, source=service, lane=_LANE)
    counts = add_events(engine, deeds, source=service, lane=_LANE)
    if counts["accepted"]:
        waking.wake_soon(engine, _LANE)
    return counts | {"ignored": len(found) - len(deeds)}


_LANE: Final = "bulk"
