"""Messages, dead letters, failed workflows, providers, statistics."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.api.paging import decode_cursor, moment_after, page
from sidecar.channels.previews import preview
from sidecar.engine import Engine
from sidecar.errors import NotFound
from sidecar.pipeline import messages, waking, workflow_errors
from sidecar.services import leads, overview, replays, requests
from sidecar.services.access import Caller

bp = Blueprint("operations", __name__)


@endpoint(bp, "POST", "/v1/notify", scope="notify", body=schemas.LeadIds(),
          answer=schemas.Delivered())
def notify(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Send what is owed for stored leads now."""
    return messages.notify_stored(engine, body["lead_ids"])


@endpoint(bp, "POST", "/v1/notifications/deliver", scope="notify", body=schemas.Empty(),
          answer=schemas.Swept())
def deliver(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Send what is owed, beginning for at most five seconds, and owe the digests of this hour."""
    return messages.sweep(engine)


@endpoint(bp, "GET", "/v1/notifications", scope="leads:read", query=schemas.NotificationQuery(),
          answer=schemas.NotificationPage())
def notifications(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Messages, newest first, of a state, kind or channel where these are given."""
    after = decode_cursor(query.get("cursor"), 1)
    return page(*messages.list_messages(engine, query, limit=query["limit"], after=after))


@endpoint(bp, "POST", "/v1/notifications/<uuid:message_id>/replay", scope="leads", body=schemas.Empty(),
          status=204)
def replay_notification(engine: Engine, caller: Caller, message_id: Any, body: dict[str, Any]) -> Any:
    """Send a message again that was given up. One that no longer says what it said (it was sent, or its
    person erased) is not found."""
    replays.replay_message(engine, str(message_id), by=actor(caller))
    return None


@endpoint(bp, "GET", "/v1/messages/preview", scope="notify", query=schemas.PreviewQuery(),
          answer=schemas.Preview())
def preview_message(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """What a message says with invented data: what the channel would send, and a page that shows it as people
    see it."""
    return preview(engine.settings.channels[query["channel"]], query["kind"], query["language"])


@endpoint(bp, "GET", "/v1/dead-letters", scope="leads:read", query=schemas.DeadLetterQuery(),
          answer=schemas.DeadLetterPage())
def dead_letters(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Leads that could not be processed (`stage` dead), or that their flow left on the way (let_go), with the
    reason; masked without the scope pii:read. `most_replays`: only those that were replayed at most so often
    and failed again each time."""
    after = decode_cursor(query.get("cursor"), 1)
    return page(*leads.dead_letters(
        engine, query["stage"], limit=query["limit"], after=after, most_replays=query.get("most_replays"),
        reveal=caller.may("pii:read")))


@endpoint(bp, "POST", "/v1/dead-letters/<uuid:lead_id>/replay", scope="leads",
          body=schemas.Empty(), status=202, answer=schemas.Replayed())
def replay(engine: Engine, caller: Caller, lead_id: Any, body: dict[str, Any]) -> Any:
    """Queue a dead lead again, alone."""
    if not leads.replay(engine, [str(lead_id)], by=actor(caller)):
        raise NotFound("There is no such dead letter.")
    waking.wake_after(engine, "interactive")
    return {"lead_id": str(lead_id), "stage": "queued"}


@endpoint(bp, "POST", "/v1/dead-letters/replay", scope="leads", body=schemas.LeadIds(), status=202,
          answer=schemas.Queued())
def replay_many(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Queue those of the leads again that are dead or were let go, each alone."""
    queued = leads.replay(engine, body["lead_ids"], by=actor(caller))
    waking.wake_after(engine, "interactive")
    return {"queued": queued}


@endpoint(bp, "POST", "/v1/dead-letters/close", scope="leads", body=schemas.LeadIds(),
          answer=schemas.Changed())
def close_dead_letters(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Let dead leads be done as they are: scored with what is known, or not at all."""
    return {"changed": leads.close_dead(engine, body["lead_ids"], by=actor(caller))}


@endpoint(bp, "POST", "/v1/dead-letters/reopen", scope="leads", body=schemas.LeadIds(),
          answer=schemas.Changed())
def reopen_dead_letters(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Take closing back: those of the leads are dead letters again that nobody worked on since."""
    return {"changed": leads.close_dead(engine, body["lead_ids"], by=actor(caller), reopen=True)}


@endpoint(bp, "GET", "/v1/workflow-errors", scope="leads:read", query=schemas.PageQuery(),
          answer=schemas.WorkflowErrorPage())
def failed_workflows(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Failed n8n executions, newest first."""
    after = decode_cursor(query.get("cursor"), 1)
    return page(*workflow_errors.list_errors(engine, limit=query["limit"], after=after))


@endpoint(bp, "GET", "/v1/requests/<request_id>", scope="leads", query=schemas.RequestQuery(),
          answer=schemas.RequestStory())
def request_story(engine: Engine, caller: Caller, request_id: str, query: dict[str, Any]) -> Any:
    """What a request caused, the earliest first: what it brought, the runs of n8n that took it up, calls of
    providers with their price, scores, messages, deliveries of events, lines of the audit log.

    Its id is in the header X-Request-Id of the answer, in a problem, and in the logs of the edge and of the
    sidecar. A run of n8n is n8n-execution-… with its number, an import job:… with its id. What happened to
    the leads of a request counts from then on. Messages name nobody without the scope pii:read.
    """
    story, following = requests.find(
        engine, request_id, limit=query["limit"], after=moment_after(query.get("cursor")),
        reveal=caller.may("pii:read"))
    return story | page(story["data"], following)


@endpoint(bp, "GET", "/v1/providers", scope="leads:read", query=schemas.SpendQuery(),
          answer=schemas.ProviderList(), figures=True)
def providers(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """The providers with their health and what they cost in the last days, 30 unless told."""
    return {"data": overview.providers(engine, query["days"])}


@endpoint(bp, "GET", "/v1/stats/spend", scope="leads:read", query=schemas.SpendQuery(),
          answer=schemas.Spend(), remembered=True, figures=True)
def spend(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """What providers cost in USD in the last days (UTC), 30 unless told: by day and provider, and by the
    source of the leads that it was spent for, the most first."""
    return overview.spend(engine, query["days"])


@endpoint(bp, "GET", "/v1/stats/mail", scope="leads:read", answer=schemas.MailStatistics(),
          remembered=True, figures=True)
def mail_statistics(engine: Engine, caller: Caller) -> Any:
    """How many addresses of each class bounced, of those to which mails are known to have come or bounced;
    classes of which no mail told anything yet are left out. The class is what the address had when it was
    written to."""
    return {"data": overview.mail(engine)}


@endpoint(bp, "GET", "/v1/stats/first-touch", scope="pii:read", query=schemas.FirstTouchQuery(),
          answer=schemas.FirstTouchStatistics(), remembered=True)
def first_touch(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """How fast people touch leads that became hot from `from` until before `to`, and what came of them, by
    owner or source, the most first: claimed, contacted (mail, call or reply), won."""
    return {"data": overview.first_touch(engine, query["by"], query["from_"], query["to"])}


@endpoint(bp, "GET", "/v1/stats/overview", scope="leads:read", query=schemas.OverviewQuery(),
          answer=schemas.Overview(), remembered=True)
def stats(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Figures for the dashboard: totals, grades, leads by day, what is hot now, spend."""
    return overview.overview(engine, query["days"], reveal=caller.may("pii:read"))
