"""What a lead's row holds: of one submission after the other, of two leads as one, and of each again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sidecar.intake.model import Row
from sidecar.scoring.intake import first_touch
from sidecar.terms.states import GRADES, OPEN

# What submissions tell; the rest of the row is people's or the engine's.
_LAST: Final = ("message", "owner_name", "outcome", "outcome_at")
TOLD: Final = (*_LAST, "tags", "utm", "first_utm", "custom", "external_ids")
UNITED: Final = (*TOLD, "owner_id", "source", "org_id", "is_test")
# What somebody wants who does it, the strongest first.
_INTENTS: Final = (
    "meeting_booked", "demo_request", "contact_request", "email_reply", "pricing_view", "webinar",
    "content_download", "form_submit",
)
_LONGEST_MESSAGE: Final = 10_000
_BETWEEN: Final = "\n\n"  # two messages


def add(row: Row, lead: Mapping[str, Any]) -> None:
    """Add what a submission tells to a row of `TOLD`: the last message counts, tags and answers add up."""
    for name in _LAST:
        row[name] = lead.get(name) or row[name]
    if lead.get("tags"):
        row["tags"] = list(dict.fromkeys([*row["tags"], *lead["tags"]]))
    # A touch is a whole: parameters of two campaigns are no campaign.
    row["first_utm"] = row["first_utm"] or first_touch(lead)
    row["utm"] = lead.get("utm") or row["utm"]
    for name in ("custom", "external_ids"):
        if lead.get(name):
            row[name] = row[name] | lead[name]


def after(row: Mapping[str, Any], leads: Iterable[Mapping[str, Any]]) -> Row:
    """The row after more submissions."""
    changed = dict(row)
    for lead in leads:
        add(changed, lead)
    return changed


def strongest(rows: Sequence[Row], did: Mapping[str, Collection[str]]) -> Row:
    """Which of a person's open leads, oldest first, stays open: one in earnest before a test, then one that
    somebody owns, then the one that is further on, then that of the stronger intent (`did`: lead id -> types
    of its events), of the better score, the older."""
    return max(rows, key=lambda row: (
        not row["is_test"], row["owner_id"] is not None, OPEN.index(row["status"]), *_intent(row, did)))


def _intent(row: Row, did: Mapping[str, Collection[str]]) -> tuple[int, int, int]:
    wanted = min((_INTENTS.index(kind) for kind in did.get(row["id"], ()) if kind in _INTENTS), default=99)
    grade = GRADES.index(row["grade"]) if row["grade"] else 99
    return -wanted, -grade, row["total_score"] or 0


def united(stays: Row, goes: Row, did: Mapping[str, Collection[str]]) -> Row:
    """What the lead that stays open has of both: all their words, of one answer its own, the source of the
    stronger intent."""
    messages = dict.fromkeys(filter(None, (stays["message"], goes["message"])))
    first = max((stays, goes), key=lambda row: _intent(row, did)[0])
    return {
        "message": _BETWEEN.join(messages)[:_LONGEST_MESSAGE] or None,
        "tags": list(dict.fromkeys([*stays["tags"], *goes["tags"]])),
        "source": first["source"],
        "is_test": stays["is_test"] and goes["is_test"],
        **{name: goes[name] | stays[name] for name in ("custom", "external_ids")},
        **{name: stays[name] or goes[name] for name in (
            "utm", "first_utm", "owner_id", "org_id", "owner_name", "outcome", "outcome_at")},
        "goal": stays.get("goal") or goes.get("goal"),
    }


def apart(alone: Mapping[str, Any], whole: Mapping[str, Any], now: Mapping[str, Any]) -> Row:
    """What becomes of something when what was united is taken apart, field by field: `alone`, as it would be
    by itself; `whole`, as what was united would be; `now`, as that is. What people changed since stays."""
    return {name: _message_apart(value, whole[name], now[name]) if name == "message"
            else _apart(value, whole[name], now[name]) for name, value in alone.items()}


def _message_apart(alone: str | None, whole: str | None, now: str | None) -> str | None:
    parts = (message.split(_BETWEEN) if message else [] for message in (alone, whole, now))
    return _BETWEEN.join(_apart(*parts)) or None


def _apart(alone: Any, whole: Any, now: Any) -> Any:
    if now == whole:
        return alone
    if isinstance(alone, dict) and isinstance(whole, dict) and isinstance(now, dict):
        gone = whole.keys() - now.keys()
        changed = {name: value for name, value in now.items() if name not in whole or whole[name] != value}
        return {name: value for name, value in alone.items() if name not in gone} | changed
    if isinstance(alone, list) and isinstance(whole, list) and isinstance(now, list):
        return [value for value in alone if value in now or value not in whole] + [
            value for value in now if value not in whole and value not in alone]
    return now
