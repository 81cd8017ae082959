"""What the dashboard's first page shows."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS
from sidecar.errors import Unavailable
from sidecar.masking import mask_lead
from sidecar.pipeline import stalling
from sidecar.pipeline.following import FOLLOWED
from sidecar.pipeline.retention import add_up_counts
from sidecar.pipeline.spending import months
from sidecar.store import breakers, calls, following, leads, notifications, spending, statistics
from sidecar.terms.states import EMAIL_STATUSES

# Where nobody claims work nobody tidies up: then who looks does it.
_MANY_CHANGES = 20_000


def overview(engine: Engine, days: int, *, reveal: bool) -> dict[str, Any]:
    """{totals, pace, grades, by_day, period, to_do, hot, providers}."""
    with engine.database.read(may_lag=True) as cursor:
        figures, waiting = statistics.overview(cursor, days)
        figures |= {"period": statistics.period(cursor, days), "to_do": statistics.to_do(cursor)}
        hot = leads.page(cursor, {"grade": "hot", "status": "new"}, sort="score", limit=8, after=None)
    if waiting > _MANY_CHANGES:
        with suppress(Unavailable):  # the primary may be unavailable while its replica answers
            add_up_counts(engine)
    if not reveal:
        hot = [mask_lead(lead) for lead in hot]
    pace = stalling.pace(engine)
    return figures | {
        "pace": {"stalled": pace.stalled, "oldest_waiting_seconds": pace.oldest_waiting_seconds,
                 "last_run_at": pace.last_run_at},
        "hot": [_brief(lead) for lead in hot], "providers": providers(engine)}


def providers(engine: Engine, days: int = 30) -> list[dict[str, Any]]:
    """[{name, title, sandbox, health, last_error, calls, found, in_doubt, credits, cost, month_cost,
    month_ceiling, runway_days}] of the last days, money in USD."""
    with engine.database.read(may_lag=True) as cursor:
        states = breakers.provider_states(cursor)
        spend = calls.spend(cursor, days)
        paid = months(engine, cursor)
    result = []
    for provider in PROVIDERS.values():
        state = states.get(provider.name, {})
        live = bool(state.get("live"))
        month = paid[provider.name]
        spent = next(
            (row for row in spend
             if row["provider"] == provider.name and row["sandbox"] is not live), {})
        result.append({
            "name": provider.name, "title": provider.title, "sandbox": not live,
            "health": "paused" if state.get("open") else "ok",
            "last_error": state.get("last_error"), "calls": spent.get("calls", 0),
            "found": spent.get("found", 0), "in_doubt": spent.get("in_doubt", 0),
            "credits": spent.get("credits", 0.0), "cost": spent.get("cost", 0.0),
            "month_cost": month.cost, "month_ceiling": engine.settings.ceilings.month.get(provider.name),
            "runway_days": month.runway_days,
        })
    return result


def spend(engine: Engine, days: int) -> dict[str, Any]:
    """{days: [{day, provider, sandbox, usd}], sources: [{source, sandbox, leads, usd}]} of the last days."""
    with engine.database.read(may_lag=True) as cursor:
        return {"days": spending.by_day(cursor, days), "sources": spending.by_source(cursor, days)}


def mail(engine: Engine) -> list[dict[str, Any]]:
    """[{email_status, addresses, bounced, bounce_rate}] of the classes of which mails told something."""
    with engine.database.read(may_lag=True) as cursor:
        known = statistics.mail(cursor)
    return [{"email_status": name, **known[name],
             "bounce_rate": round(known[name]["bounced"] / known[name]["addresses"], 4)}
            for name in EMAIL_STATUSES if name in known]


def first_touch(engine: Engine, by: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """What followed changes into hot: `store.following.figures`."""
    with engine.database.read(may_lag=True) as cursor:
        return following.figures(cursor, by, since, until)


def untouched(engine: Engine) -> list[dict[str, Any]]:
    """Hot leads that nobody touched, by owner: `store.following.by_owner`."""
    with engine.database.read(may_lag=True) as cursor:
        return following.by_owner(cursor, engine.now() - FOLLOWED)


def messages(engine: Engine) -> dict[str, int]:
    """How many messages were not delivered: {waiting, dead}."""
    with engine.database.read(may_lag=True) as cursor:
        return notifications.counts(cursor)


def _brief(lead: dict[str, Any]) -> dict[str, Any]:
    contact, organization = lead["contact"], lead["organization"] or {}
    return {
        "id": lead["id"], "name": contact.get("full_name") or contact.get("email"),
        "job_title": contact.get("job_title"),
        "company": organization.get("name") or organization.get("domain"),
        "score": lead["score"]["total"] if lead["score"] else None,
        "grade": lead["score"]["grade"] if lead["score"] else None,
        "source": lead["source"], "created_at": lead["created_at"],
    }
