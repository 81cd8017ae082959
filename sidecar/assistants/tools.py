"""The tools: each a few calls of the services that the API calls, masked as those mask. None writes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sidecar.api.paging import after_sorted, sorted_page
from sidecar.api.schemas.base import Strict
from sidecar.assistants import arguments
from sidecar.assistants.arguments import MOST_LEADS
from sidecar.assistants.model import Answer, Tool
from sidecar.engine import Engine
from sidecar.masking import mask_email
from sidecar.pipeline import workflow_errors
from sidecar.pipeline.intake import lead_url
from sidecar.services import administration, customers, leads, overview, scores
from sidecar.store.leads import CURSORS

_SEARCHED: Final = 100  # leads that are looked through for those of a company


def find_leads(engine: Engine, asked: dict[str, Any], reveal: bool) -> Answer:
    """A page of leads, by the filters of the API."""
    sort, limit = asked.pop("sort"), asked.pop("limit")
    after = after_sorted(asked.pop("cursor", None), sort, by=CURSORS[sort])
    rows, following = leads.list_leads(engine, asked, sort=sort, limit=limit, after=after, reveal=reveal)
    page = sorted_page([_brief(engine, row) for row in rows], following, sort)
    more = " More follow: ask again with `next` as cursor." if following else ""
    return Answer(f"{_count(len(rows), 'lead')}.{more}", {"leads": page["data"], "next": page["next"]},
                  len(rows))


def lead(engine: Engine, asked: dict[str, Any], reveal: bool) -> Answer:
    """All that is known of a lead, without whose word it is."""
    row = leads.get_lead(engine, asked["lead_id"], reveal=reveal)
    told = _brief(engine, row) | _of(
        row, "stage_code", "stage_reason", "goal", "tags", "message", "custom", "utm", "outcome", "outcome_at"
    ) | {
        "contact": _without(row["contact"], "fields", "consent", "email_canonical"),
        "organization": _without(row["organization"] or {}, "fields", "company_key"),
        "refusals": [_of(part, "purpose", "refused", "own", "source", "stated_at", "holds")
                     for part in row["refusals"]],
        "warnings": row["warnings"][-10:],
        "events": [_event(part) for part in row["events"][:10]],
        "messages": [_message(part) for part in row["notifications"][:5]],
    }
    return Answer("One lead." if reveal else "One lead; its person is masked.", told, 1)


def explain_score(engine: Engine, asked: dict[str, Any], reveal: bool) -> Answer:
    """A lead's score with its reasons, the strongest first, and what would lift it."""
    lead_id, at = asked["lead_id"], asked.get("at")
    score = scores.of_lead(engine, lead_id) if at is None else scores.at(engine, lead_id, at)
    better = score.get("next_grade")
    missing = f" {better['missing']:g} points are missing to {better['grade']}." if better else ""
    return Answer(f"{score['total']:g} of 100 points: {score['grade']}.{missing}", _of(
        score, "lead_id", "total", "grade", "rating", "fit", "intent", "components", "weights", "strongest",
        "next_grade", "model_version", "calculated_at", "recomputed",
    ) | {"reasons": sorted(score["reasons"], key=lambda reason: -abs(reason["points"]))}, 1)


def what_changed(engine: Engine, asked: dict[str, Any], reveal: bool) -> Answer:
    """What happened to one lead, or which leads are new, changed or scored since a time."""
    limit = asked["limit"]
    if "since" in asked:
        return _changed_since(engine, asked["since"], limit, reveal)
    lines = sorted(_history(engine, asked["lead_id"], limit, reveal), key=_when, reverse=True)
    shown = lines[:limit]
    return Answer(f"The newest {len(shown)} of {_count(len(lines), 'change')}.", {"changes": shown},
                  len(shown))


def _history(engine: Engine, lead_id: str, limit: int, reveal: bool) -> Iterator[dict[str, Any]]:
    row = leads.get_lead(engine, lead_id, reveal=reveal)
    edits, _ = administration.list_audit(
        engine, {"entity_kind": "lead", "entity_id": lead_id}, limit=limit, after=None)
    yield {"at": row["created_at"], "what": "created", "source": row["source"]}
    for part in row["history"]:
        yield {"at": part["calculated_at"], "what": "score", **_of(part, "total", "grade", "model_version")}
    for part in row["status_history"]:
        yield {"at": part["changed_at"], "what": "status", "by": _staff(part["changed_by"], reveal),
               **_of(part, "from_status", "to_status")}
    for part in row["events"]:
        yield {"at": part["occurred_at"], "what": "event", **_event(part)}
    for part in row["notifications"]:
        yield {"at": part["sent_at"] or part["created_at"], "what": "message", **_message(part)}
    for part in edits:
        yield {"at": part["at"], "what": part["action"], "by": _staff(part["actor"], reveal),
               "fields": (part["after"] or {}).get("fields")}


def _when(line: Mapping[str, Any]) -> datetime:
    """The time of a line; what Postgres told within JSON is text."""
    at = line["at"]
    return at if isinstance(at, datetime) else datetime.fromisoformat(at)


def _changed_since(engine: Engine, since: datetime, limit: int, reveal: bool) -> Answer:
    found: dict[str, dict[str, Any]] = {}
    more = False
    for what, name in (("new", "created_from"), ("changed", "updated_from"), ("scored", "scored_from")):
        rows, following = leads.list_leads(
            engine, {name: since}, sort="newest", limit=limit, after=None, reveal=reveal)
        more = more or following is not None
        for row in rows:
            found.setdefault(row["id"], _brief(engine, row) | {"what": []})["what"].append(what)
    shown = [*found.values()][:limit]
    rest = " There are more: ask for a later time, or use find_leads." if more or len(found) > limit else ""
    return Answer(f"{_count(len(shown), 'lead')}, new, changed or scored since then.{rest}", {"leads": shown},
                  len(shown))


def company(engine: Engine, asked: dict[str, Any], reveal: bool) -> Answer:
    """One company, or those of a name."""
    if "company_id" in asked:
        return _company(engine, asked["company_id"], reveal)
    rows, _ = customers.page(engine, "organization", q=asked["name"], limit=10, after=None, reveal=reveal)
    wanted = asked["name"].casefold()
    exact = [row for row in rows if wanted in (
        str(row["fields"].get(name)).casefold() for name in ("name", "domain"))]
    if len(rows) == 1 or len(exact) == 1:
        return _company(engine, (exact or rows)[0]["id"], reveal)
    found = [{"company_id": row["id"], **_of(row["fields"], "name", "domain", "country", "industry"),
              "score": row["score"] and _of(row["score"], "total", "grade", "people")} for row in rows]
    which = " Ask again with the company_id of one." if rows else ""
    return Answer(f"{_count(len(rows), 'company', 'companies')} of this name.{which}", {"companies": found},
                  len(rows))


def _company(engine: Engine, company_id: str, reveal: bool) -> Answer:
    row = customers.read(engine, "organization", company_id, reveal=reveal)
    people = _people(engine, company_id, row["fields"].get("name"), reveal)
    return Answer(f"One company with {_count(len(row['leads']), 'lead')}.", {
        "company_id": company_id, "facts": _without(row["fields"], "company_key"), "score": row["score"],
        "leads": row["leads"][:MOST_LEADS], "people": people}, 1 + len(people))


def _people(engine: Engine, company_id: str, name: str | None, reveal: bool) -> list[dict[str, Any]]:
    """The best leads of a company with their people and owners, of those that a search for its name finds."""
    if not name:
        return []
    rows, _ = leads.list_leads(
        engine, {"q": name[:100]}, sort="score", limit=_SEARCHED, after=None, reveal=reveal)
    return [_brief(engine, row) for row in rows
            if row["organization"] and row["organization"]["id"] == company_id][:MOST_LEADS]


def spend(engine: Engine, asked: dict[str, Any], reveal: bool) -> Answer:
    """What providers cost, and how long their ceilings last."""
    days, ceilings = asked["days"], engine.settings.ceilings
    rows = [row for row in overview.providers(engine, days)
            if row["calls"] or row["month_ceiling"] is not None or row["health"] != "ok"]
    paid = sum(row["cost"] for row in rows if not row["sandbox"])
    played = sum(row["cost"] for row in rows if row["sandbox"])
    play = f", and {played:.2f} of play money" if played else ""
    return Answer(f"USD {paid:.2f} in {_count(days, 'day')}{play}.", {
        "providers": sorted(rows, key=lambda row: -row["cost"]),
        "ceilings": {name: usd for name, usd in (("a_lead", ceilings.lead), ("a_day", ceilings.day))
                     if usd < math.inf}}, len(rows))


def queue_health(engine: Engine, asked: dict[str, Any], reveal: bool) -> Answer:
    """Whether leads move, and what stands in the way."""
    figures = overview.overview(engine, 1, reveal=False)
    dead, _ = leads.dead_letters(
        engine, "dead", limit=5, after=None, most_replays=None, reveal=False)
    failed, _ = workflow_errors.list_errors(engine, limit=5, after=None)
    stages = figures["totals"]
    moves = "Leads wait and nobody takes them." if figures["pace"]["stalled"] else "Leads move."
    return Answer(
        f"{moves} {stages['queued']} queued, {stages['waiting']} waiting, {stages['dead']} dead.", {
            "stages": stages, "pace": figures["pace"],
            "messages": overview.messages(engine),
            "dead_letters": dead, "workflow_errors": failed}, len(dead) + len(failed))


def sales(engine: Engine, asked: dict[str, Any], reveal: bool) -> Answer:
    """Hot leads that nobody touched, by owner."""
    rows = overview.untouched(engine)
    lines = [{"owner": _staff(row["owner"], reveal) or "nobody", "leads": row["leads"], "oldest": {
        "id": row["lead_id"], "source": row["source"], "hot_since": row["at"],
        "url": lead_url(engine, row["lead_id"])}} for row in rows]
    return Answer(f"{_count(sum(row['leads'] for row in rows), 'hot lead')} untouched.", {"owners": lines},
                  len(lines))


def _brief(engine: Engine, row: Mapping[str, Any]) -> dict[str, Any]:
    """A lead in a line."""
    firm, score = row["organization"] or {}, row["score"] or {}
    return _of(row, "id", "status", "stage", "source", "owner", "created_at", "updated_at", "may_email",
               "may_call") | _of(row["contact"], "full_name", "job_title", "seniority", "country") | {
        "url": lead_url(engine, row["id"]), "company": firm.get("name") or firm.get("domain"),
        "company_id": firm.get("id"), "company_size": firm.get("company_size"), "score": score.get("total"),
        "grade": score.get("grade"), "rating": score.get("rating"), "scored_at": score.get("calculated_at")}


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    return _of(row, "type", "occurred_at", "source", "machine", "properties")


def _message(row: Mapping[str, Any]) -> dict[str, Any]:
    return _of(row, "kind", "channel", "state", "sent_at", "last_error")


def _of(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names if row.get(name) is not None}


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _staff(name: str | None, reveal: bool) -> str | None:
    """Who of the house did or has something: the mail address of a user masked, a client as it is."""
    return mask_email(name) if name and "@" in name and not reveal else name


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or f'{one}s'}"


_MASKED: Final = " People are masked (initials, j…@example.com) unless reveal is true."
_ALL: Final = (
    Tool("find_leads", "Find leads",
         "Leads by filters, which are combined: the newest 10 unless sort and limit say otherwise. grade is"
         " hot, warm or cold; status the sales status; stage where a lead is in the pipeline. q looks for a"
         " company's name, with reveal also for a person's; tag and owner need reveal. Use it to get the id"
         " of a lead for the other tools." + _MASKED, arguments.FindLeads(), find_leads),
    Tool("lead", "One lead",
         "All that is known of one lead: person, company, grade, refusals, answers, its last events and the"
         " messages about it. find_leads tells its id." + _MASKED, arguments.OneLead(), lead),
    Tool("explain_score", "Explain a score",
         "Why a lead has its score: each reason with its points, the strongest for and against, and in"
         " next_grade what would lift it (to warm, to hot): the points that are missing and the fewest steps"
         " that reach it. With at: the score that it had at that moment.",
         arguments.ExplainScore(), explain_score),
    Tool("what_changed", "What changed",
         "With lead_id: what happened to one lead, the newest first: scores, status, events, messages, edits,"
         " assignments. With since: leads that are new, changed or were scored since that time." + _MASKED,
         arguments.WhatChanged(), what_changed),
    Tool("company", "One company",
         "One company by its id or a part of its name: facts, what the scores of its people say together, its"
         " leads, their people and owners. Of several with that name the ids are told." + _MASKED,
         arguments.Company(), company),
    Tool("spend", "What providers cost",
         "What enrichment providers cost in the last days, in USD: calls, what was found, health, the ceiling"
         " of the month, and runway_days, for which it lasts at the pace of the last week. Rows with sandbox"
         " true are play money.", arguments.Spend(), spend),
    Tool("queue_health", "Health of the pipeline",
         "Whether leads are processed: how many are queued, wait for answers, are scored or dead; the oldest"
         " that waits; messages that wait or failed; the newest dead letters and failed workflows with their"
         " reasons.", Strict(), queue_health),
    Tool("sales", "Untouched hot leads",
         "Hot leads that nobody touched yet: took, refused, gave a status, wrote to or called. By owner, with"
         " the one of each that waits longest. Addresses of owners are masked unless reveal is true.",
         arguments.Reveal(), sales),
)
TOOLS: Final[dict[str, Tool]] = {tool.name: tool for tool in _ALL}
