"""Leads: in, out, edited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Response, g

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint, json_body, load, without
from sidecar.api.paging import after_sorted, decode_cursor, moment_after, page, sorted_page
from sidecar.api.preconditions import if_match
from sidecar.api.sparse import project
from sidecar.engine import Engine
from sidecar.errors import Invalid
from sidecar.pipeline import intake, looking, waking
from sidecar.services import bulk, exports, leads, receipts, timeline
from sidecar.services.access import Caller
from sidecar.store.leads import CURSORS
from sidecar.terms.states import GOALS, LANES

bp = Blueprint("leads", __name__)


@endpoint(bp, "POST", "/v1/leads", scope="leads", query=schemas.Strictness(), answer=schemas.IntakeResults(),
          status=202, idempotent=True)
def create(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Send one lead, or up to 1,000 as {"leads": […]}. Durable when this answers.

    A lead is refused when nothing identifies it (no e-mail address, telephone number or LinkedIn URL that can
    be used) or when it is no object. Any other value that cannot be used is left out, kept with the lead as
    it was sent, and told in `warnings`; with strict it refuses the lead. Whoever fills in the field
    `website_confirm`, which people do not see in a form, is kept as a reject (`suspected_robot`).

    Beside "leads" may stand warnings (for each lead those that Validate gave before it was normalised), lane,
    only_new (a person who has an open lead is rejected), goal (what providers are asked for: decision, reach
    or fill, instead of what is set for source or lane) and dry_run (what
    would become of each is answered, and nothing is written but that there was a dry run: without the scope
    pii:read it does not tell who is suppressed).
    """
    raw_leads, options, single = _sent(json_body())
    dry_run = options["dry_run"]
    results = leads.try_out(
        engine, raw_leads, only_new=options["only_new"], strict=query["strict"], by=actor(caller),
        reveal=caller.may("pii:read"),
    ) if dry_run else intake.receive(
        engine, raw_leads, client=caller.name, request_id=g.get("request_id"), lane=options["lane"],
        only_new=options["only_new"], strict=query["strict"], told=options["warnings"], goal=options["goal"])
    if all(result["outcome"] == "rejected" for result in results):
        raise Invalid(
            "The lead is not valid; see errors." if single else "No lead is valid; see errors.",
            errors=[
                error if single else
                error | {"pointer": f"/leads/{result['index']}{error['pointer']}"}
                for result in results for error in result["errors"]
            ],
            results=results,
        )
    if not dry_run:
        waking.wake_after(engine, options["lane"] or intake.lane_of(engine, len(raw_leads)))
    return {"results": results}


_ALONE: Final = {"lane": None, "only_new": False, "dry_run": False, "warnings": None, "goal": None}


def _sent(body: Any) -> tuple[list[Any], dict[str, Any], bool]:
    """(leads, options, whether it was one lead alone)."""
    if isinstance(body, dict) and "leads" in body:
        options = {name: body.get(name, usual) for name, usual in _ALONE.items()}
        errors = [
            {"pointer": f"/{name[:100]}", "code": "unknown_field", "detail": "Unknown field."}
            for name in sorted(set(body) - {"leads", *_ALONE})
        ]
        errors += [
            {"pointer": f"/{name}", "code": "invalid", "detail": f"Must be one of {', '.join(all_)}."}
            for name, all_ in (("lane", LANES), ("goal", GOALS)) if options[name] not in (None, *all_)]
        errors += [
            {"pointer": f"/{name}", "code": "wrong_type", "detail": "Must be true or false."}
            for name in ("only_new", "dry_run") if not isinstance(options[name], bool)]
        leads = body["leads"]
        if not isinstance(leads, list) or not 1 <= len(leads) <= schemas.MAX_LEADS:
            errors.append({"pointer": "/leads", "code": "wrong_length",
                           "detail": f"Send a list of 1 to {schemas.MAX_LEADS} leads."})
        elif isinstance(options["warnings"], list) and len(options["warnings"]) != len(leads):
            errors.append({"pointer": "/warnings", "code": "wrong_length",
                           "detail": "Send a list of warnings for each lead."})
        if errors:
            raise Invalid("The request is not valid; see errors.", errors=errors)
        if options["warnings"] is not None:
            load(schemas.GivenWarnings(), {"warnings": options["warnings"]})
        return leads, options, False
    if not isinstance(body, dict):
        raise Invalid("The request is not valid; see errors.", errors=[
            {"pointer": "", "code": "wrong_type", "detail": "Send a lead, or {\"leads\": […]}."}])
    return [body], _ALONE, True


@endpoint(bp, "GET", "/v1/leads", scope="leads:read", query=schemas.LeadQuery(),
          answer=schemas.LeadPage(), remembered=True)
def list_leads(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Leads in keyset pages; masked without the scope pii:read.

    The words of `q` are searched in name, e-mail, title, phone, company and tags. Without the scope pii:read
    what is masked is neither searched nor filtered by: `q` looks at name and domain of companies that have a
    name, and the filters `tag` and `owner` are refused (403, the problem names them).
    Sorts: newest, oldest, score (best first), lowest, changed (latest first), unchanged. Filters are
    combined; created_to is exclusive; owner is a user's e-mail address, or `none`.
    `fields` picks what is answered of each, e.g. fields=id,score,contact.email.
    """
    sort, wanted = query["sort"], query.get("fields")
    rows, following = leads.list_leads(
        engine, without(query, "limit", "sort", "fields", "cursor"), sort=sort, limit=query["limit"],
        after=after_sorted(query.get("cursor"), sort, by=CURSORS[sort]),
        reveal=caller.may("pii:read"))
    return sorted_page([project(row, wanted) for row in rows] if wanted else rows, following, sort)


@endpoint(bp, "GET", "/v1/leads/count", scope="leads:read", query=schemas.LeadFilters(),
          answer=schemas.LeadCount(), remembered=True)
def count_leads(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """How many leads the filters of GET /v1/leads find, up to 10,000."""
    return leads.count(engine, query, reveal=caller.may("pii:read"))


@endpoint(bp, "GET", "/v1/leads.csv", scope="pii:read", query=schemas.LeadExport())
def export_leads(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """All leads of the filters as a CSV file, newest first, streamed.

    A cell that a spreadsheet would take for a formula begins with an apostrophe; so do telephone
    numbers (+…). An import takes it off again. With `custom` each other answer has a column, with `reasons`
    those of the score.
    """
    return csv_file(exports.export_leads(
        engine, without(query, "custom", "reasons"), by=actor(caller), custom=query["custom"],
        reasons=query["reasons"]), "leads.csv")


@endpoint(bp, "GET", "/v1/leads/<uuid:lead_id>", scope="leads:read", answer=schemas.LeadDetail(),
          versioned=True)
def get_lead(engine: Engine, caller: Caller, lead_id: Any) -> Any:
    """One lead with its score's reasons, each field's source, events, history and messages."""
    return leads.get_lead(engine, str(lead_id), reveal=caller.may("pii:read"))


@endpoint(bp, "GET", "/v1/leads/<uuid:lead_id>/receipt", scope="leads:read", answer=schemas.Receipt())
def receipt(engine: Engine, caller: Caller, lead_id: Any) -> Any:
    """What providers were asked about a lead and its company, why, what each call cost and changed, and why
    no more was asked. It names nobody."""
    return receipts.receipt(engine, str(lead_id))


@endpoint(bp, "GET", "/v1/leads/<uuid:lead_id>/timeline", scope="leads:read", query=schemas.TimelineQuery(),
          answer=schemas.TimelinePage())
def lead_timeline(engine: Engine, caller: Caller, lead_id: Any, query: dict[str, Any]) -> Any:
    """What happened to a lead, the latest first, in keyset pages: what its person did and sent, messages
    about it, what people changed and decided, calls of providers, scores, merges. Without the scope pii:read
    it does not tell whose the lead was, and details are masked."""
    return page(*timeline.page(
        engine, str(lead_id), kind=query.get("kind"), limit=query["limit"],
        after=moment_after(query.get("cursor")), reveal=caller.may("pii:read")))


@endpoint(bp, "GET", "/v1/leads/<uuid:lead_id>/neighbours", scope="leads:read",
          query=schemas.NeighbourQuery(), answer=schemas.Neighbours())
def lead_neighbours(engine: Engine, caller: Caller, lead_id: Any, query: dict[str, Any]) -> Any:
    """Which leads stand before and after one in the list of these filters and this sort (GET /v1/leads),
    whether it is in that list itself any more or not."""
    return leads.neighbours(engine, str(lead_id), without(query, "sort"), sort=query["sort"],
                            reveal=caller.may("pii:read"))


@endpoint(bp, "PATCH", "/v1/leads/<uuid:lead_id>", scope="leads", body=schemas.LeadEdit(),
          answer=schemas.LeadEdited(), versioned=True)
def edit_lead(engine: Engine, caller: Caller, lead_id: Any, body: dict[str, Any]) -> Any:
    """Edit a lead's status, tags, owner, goal or message; If-Match takes its version. An owner is the e-mail
    address or id of a user who did not leave and may see people (422 for any other). `null` takes owner, goal
    or message away. The goal is what providers are asked for from the next run on (POST /v1/leads/enrich).

    What is as it was is no edit: `changed` names the fields that were not, and the version stays if there
    are none. 412: the version is another one. 409: the lead would be open again while
    its person has another open one (`open_lead_id`).
    """
    return leads.edit_lead(
        engine, str(lead_id), body, by=actor(caller), reveal=caller.may("pii:read"), versions=if_match())


@endpoint(bp, "POST", "/v1/leads/<uuid:lead_id>/touches", scope="leads", body=schemas.Touch(),
          answer=schemas.Touched())
def touch(engine: Engine, caller: Caller, lead_id: Any, body: dict[str, Any]) -> Any:
    """Note that somebody writes to the lead's person, or calls them: nobody is reminded of it any more."""
    return leads.touch(engine, str(lead_id), body["how"], by=actor(caller))


@endpoint(bp, "GET", "/v1/rejects", scope="leads:read", query=schemas.RejectQuery(),
          answer=schemas.RejectPage())
def rejects(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Leads that were refused, with the reasons; the raw lead only with the scope pii:read. `closed`: those
    that somebody closed without repairing them, instead of the others; `code`: with an error of this code;
    `received_to` is exclusive."""
    after = decode_cursor(query.get("cursor"), 1)
    return page(*leads.list_rejects(
        engine, without(query, "limit", "cursor", "closed"), closed=query["closed"], limit=query["limit"],
        after=after, reveal=caller.may("pii:read")))


@endpoint(bp, "POST", "/v1/rejects/close", scope="leads", body=schemas.RejectIds(),
          answer=schemas.Changed())
def close_rejects(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Close refused leads that nobody is to repair. They are kept and can be opened again."""
    return {"changed": leads.close_rejects(engine, body["ids"], by=actor(caller))}


@endpoint(bp, "POST", "/v1/rejects/reopen", scope="leads", body=schemas.RejectIds(),
          answer=schemas.Changed())
def reopen_rejects(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Open closed rejects again."""
    return {"changed": leads.close_rejects(engine, body["ids"], by=actor(caller), reopen=True)}


@endpoint(bp, "POST", "/v1/rejects/<uuid:reject_id>/repair", scope="leads", body=schemas.Repair(),
          answer=schemas.IntakeResult(), status=202, idempotent=True)
def repair_reject(engine: Engine, caller: Caller, reject_id: Any, body: dict[str, Any]) -> Any:
    """Send a refused lead again with fields corrected; once it came in it is no reject any more.

    `changes` are fields of a lead as POST /v1/leads takes them. All other fields are those that were sent.
    409: what was sent is no longer kept.
    """
    result = leads.repair(
        engine, str(reject_id), body["changes"], by=actor(caller), client=caller.name)
    waking.wake_after(engine, "interactive")
    return result


@endpoint(bp, "POST", "/v1/leads/rescore", scope="leads", body=schemas.Rescore(),
          answer=schemas.Rescored(), status=202)
def rescore(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Score leads again, for keeps and without asking providers: those of `lead_ids`, or of the filters of
    GET /v1/leads, up to 1,000 at a time.

    Queued are those whose work is done; all others are on their way to a score, or are dead letters. By
    filters: while `next` is not null send the same filters again, with it as `after`.
    """
    result = leads.score_again(
        engine, body.get("lead_ids"), after=body.get("after"), filters=without(body, "lead_ids", "after"),
        reveal=caller.may("pii:read"), limit=schemas.MAX_LEADS, by=actor(caller))
    for lane in LANES:
        waking.wake_after(engine, lane)
    return result


@endpoint(bp, "POST", "/v1/leads/enrich", scope="leads", body=schemas.EnrichAgain(),
          answer=schemas.Rescored(), status=202)
def enrich(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Queue leads to be enriched and scored again: those of `lead_ids`, or of the filters of GET /v1/leads,
    up to 1,000 at a time.

    Providers are asked for what is missing and not answered yet; with `ask_again` also for what they answered
    before, which costs money again. By filters: while `next` is not null send the same filters again, with it
    as `after`.
    """
    result = leads.enrich_again(
        engine, body.get("lead_ids"), without(body, "lead_ids", "after", "ask_again"),
        ask_again=body["ask_again"], reveal=caller.may("pii:read"), limit=schemas.MAX_LEADS,
        after=body.get("after"), by=actor(caller))
    for lane in LANES:
        waking.wake_after(engine, lane)
    return result


@endpoint(bp, "POST", "/v1/leads/bulk", scope="leads", body=schemas.Bulk(), answer=schemas.JobAnswer(),
          status=202)
def change_many(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Change leads, those of `lead_ids` or all that the filters of GET /v1/leads find now, up to 10,000:
    their status, their owner, or tags that they get or lose.

    It works for five seconds; of more leads the job's steps do the rest. Leads that are so already are
    counted as `skipped`, those that cannot be (their person has another open lead, 50 tags are the most) as
    `rejected`.
    """
    return {"job": bulk.begin(
        engine, body.get("lead_ids"), without(body, "lead_ids", "change"), body["change"],
        reveal=caller.may("pii:read"), by=actor(caller))}


@endpoint(bp, "POST", "/v1/leads/bulk/<uuid:job_id>/undo", scope="leads", body=schemas.Empty(),
          answer=schemas.JobAnswer(), status=202)
def undo_change_of_many(engine: Engine, caller: Caller, job_id: Any, body: dict[str, Any]) -> Any:
    """Give each lead its own former value back; `kept_count` tells how many somebody changed since: they
    stay.

    409: the change is still under way, or what the leads were before is no longer kept.
    """
    return {"job": bulk.undo(engine, str(job_id), by=actor(caller))}


@endpoint(bp, "POST", "/v1/leads/estimate", scope="leads:read", body=schemas.EstimateRequest(),
          answer=schemas.Estimate())
def estimate(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """What enriching leads is expected to cost, before it is done: up to 1,000 named ones, those that an
    import brought (`import_id`, while it can be undone), or those of the filters of GET /v1/leads; without
    any, those that are queued.

    The planner goes through them with answers as they are believed to come. Nothing is asked, written, paid
    or reserved.
    """
    return leads.estimate(engine, body, reveal=caller.may("pii:read"))


@endpoint(bp, "POST", "/v1/leads/look-again", scope="leads", body=schemas.LookAgain(),
          answer=schemas.LookedAt(), status=202)
def look_again(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Queue open leads of whom something went stale, to be enriched again: by age, or since mail came back,
    their company's site or mail is gone, or somebody edited them.

    What is free is asked for all of them; paid calls of all together cost a tenth at most of what the same
    leads cost at first. While `next` is not null, send it as `after`.
    """
    result = looking.look_again(engine, limit=body["limit"], after=body.get("after"))
    waking.wake_after(engine, "bulk")
    return result


def csv_file(lines: Iterator[str], name: str) -> Response:
    """A CSV file to save, streamed."""
    return Response(
        (text.encode() for text in lines), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'})
