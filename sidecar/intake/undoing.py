"""What stands where an import is undone: everything as before, except what others changed since. Pure.

A document is what is known of a person or company: {table: rows}, as `store/undo.py` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sidecar.intake.leads import TOLD
from sidecar.intake.model import Key
from sidecar.intake.permissions import statement_of
from sidecar.intake.refusals import refused_now, shown_consent, shown_refused
from sidecar.terms.fields import COLUMNS, FROM_LEAD

Row = dict[str, Any]
Document = Mapping[str, Sequence[Row]]
Keys = Mapping[str, Sequence[str]]

# What follows from the rest, or counts writes: in nobody's way.
_FOLLOWS = frozenset(("version", "updated_at", "refused"))
# New rows of these go with the leads that came, unless somebody worked on them (store/undo.py).
_OF_LEADS = frozenset(("leads", "work_items"))
_ENTITIES = frozenset(("contacts", "organizations"))
_MISSING = object()


# Table -> place in its rows -> the values that others stated since.
Stated = dict[str, dict[str, list[Any]]]


@dataclass
class Undone:
    """Rows to write by table: `put` are there, `added` are no more, `gone` are to go; kept: the fields that
    stay because others changed them; scored_since: leads whose score is of what the import told; refused:
    what the person refuses now, if that is something else than it was."""

    put: dict[str, list[Row]] = field(default_factory=dict)
    added: dict[str, list[Row]] = field(default_factory=dict)
    gone: dict[str, list[Row]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    scored_since: list[str] = field(default_factory=list)
    refused: Row | None = None


def add_stated(
    stated: Stated, kind: str, lead: Row, keys: Iterable[Key], deliveries: Iterable[str],
    employer: Row,
) -> None:
    """Add what somebody's submission, read, says of a person or company of this kind. employer: the company
    that the person has, {org_id, domain, company_key}, None without one."""
    def say(table: str, place: str, value: Any) -> None:
        stated.setdefault(table, {}).setdefault(place, []).append(value)

    for theirs, ours in FROM_LEAD[kind].items():
        if lead.get(theirs) is not None:
            if ours in COLUMNS[kind]:
                say(f"{kind}s", COLUMNS[kind][ours][0], lead[theirs])
            say("provenance", ours, lead[theirs])
    if kind != "contact":
        return
    for name in TOLD:
        if isinstance(value := lead.get(name), dict):
            for part, said in value.items():
                say("leads", f"{name}.{part}", said)
        else:
            for said in value if isinstance(value, list) else [value] if value is not None else []:
                say("leads", name, said)
    if any(known and lead.get(name) == known for name, known in (
            ("company_domain", employer["domain"]), ("company_key", employer["company_key"]))):
        for table in ("contacts", "leads"):
            say(table, "org_id", employer["org_id"])
    for key in keys:
        say("contact_identities", key[0], key[1])
    for delivery in deliveries:
        say("events", "dedupe_key", delivery)


def undone(
    current: Document, changes: Sequence[Mapping[str, Document]], keys: Keys, now: str,
    stated: Stated | None = None,
) -> Undone:
    """Take back changes [{before, after}], the latest first. now: ISO 8601, when that is. A row that is
    gone was taken away by others and stays so; what others stated since stays too."""
    result = Undone()
    stated = _with_sources(stated or {}, current, changes[-1]["before"])
    stood = {table: {_key(row, key): row for row in current[table]}
             for table, key in keys.items() if table in current}
    stands = {}
    for table, was in stood.items():
        rows = dict(was)
        for change in changes:
            before, after = ({_key(row, keys[table]): row for row in change[which].get(table, ())}
                             for which in ("before", "after"))
            rows = _back(table, rows, before, after, result.kept, stated.get(table, {}))
        stands[table] = rows
    _restate(stands)
    for place, row in stands.get("contacts", {}).items():
        if row.get("refused") != stood["contacts"][place].get("refused"):
            result.refused = row["refused"]
    for table, rows in stands.items():
        was = stood[table]
        for place, row in rows.items():
            if place not in was:
                result.added.setdefault(table, []).append(row)
            elif row != was[place]:
                if not any(row == old for change in changes for old in change["before"].get(table, ())):
                    row |= {name: value for name, value in (
                        ("version", was[place].get("version", 0) + 1), ("updated_at", now)) if name in row}
                result.put.setdefault(table, []).append(row)
        if missing := [row for place, row in was.items() if place not in rows]:
            result.gone[table] = missing
    told = {row["id"]: row["scored_at"] for row in changes[0]["after"].get("leads", ())}
    result.scored_since = [row["id"] for row in current.get("leads", ())
                           if row["scored_at"] != told.get(row["id"], row["scored_at"])]
    return result


def _with_sources(stated: Stated, current: Document, before: Document) -> Stated:
    """With what others than leads, providers and people, have said since."""
    whole = {table: {place: list(values) for place, values in places.items()}
             for table, places in stated.items()}
    was = {row["source"]: row["fields"] for row in before.get("provenance", ())}
    for row in current.get("provenance", ()):
        if row["source"] == "lead":
            continue
        columns = COLUMNS[row["entity_kind"]]
        for name, said in row["fields"].items():
            if said != was.get(row["source"], {}).get(name) and name in columns:
                whole.setdefault(f"{row['entity_kind']}s", {}).setdefault(columns[name][0], []).append(
                    said["value"])
    return whole


def _restate(stands: Mapping[str, dict[tuple[Any, ...], Row]]) -> None:
    """What a person refuses and agrees to follows from the statements that are left."""
    if "refusals" not in stands:
        return
    said = [statement_of(row | {"stated_at": datetime.fromisoformat(row["stated_at"])})
            for row in stands["refusals"].values()]
    refused = shown_refused(refused_now(said))
    for place, row in stands["contacts"].items():
        stands["contacts"][place] = row | {
            "refused": refused, "consent": shown_consent(row["consent"], {}, said)}


def _key(row: Row, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _back(
    table: str, rows: dict[tuple[Any, ...], Row], before: dict[tuple[Any, ...], Row],
    after: dict[tuple[Any, ...], Row], kept: set[str], stated: Mapping[str, Sequence[Any]],
) -> dict[tuple[Any, ...], Row]:
    """The rows without one change; what others changed is noted in `kept`."""
    rows = dict(rows)
    for place in before.keys() | after.keys():
        old, new, row = before.get(place), after.get(place), rows.get(place)
        if old == new:
            continue
        if old is None and table == "provenance" and row is not None and new is not None:
            old = row | {"fields": {}}
        if old is None:
            if row is not None and _is_stated(table, row, stated):
                kept.add(table)
            elif row == new and table not in _OF_LEADS:
                del rows[place]
            elif row is not None and table not in _OF_LEADS:
                kept.add(table)
        elif new is None:
            rows.setdefault(place, old)
        elif row is None:
            kept.add(table)
        elif row == new and not stated:
            rows[place] = old
        elif table != "work_items":  # the pipeline went on with it
            rows[place] = {name: _value(table, name, old.get(name), new.get(name), value, kept, stated)
                           for name, value in row.items()}
            if row == new and all(rows[place][name] == old.get(name) for name in row if name not in _FOLLOWS):
                rows[place] = old
        elif row == new:
            rows[place] = old
        if table == "provenance" and place in rows and not (place in before or rows[place]["fields"]):
            del rows[place]
    return rows


def _is_stated(table: str, row: Row, stated: Mapping[str, Sequence[Any]]) -> bool:
    """Whether others brought a row too, which the import was the first to bring."""
    if table == "contact_identities":
        return row["value"] in stated.get(row["kind"], ())
    return table == "events" and row["dedupe_key"] in stated.get("dedupe_key", ())


def _value(
    table: str, name: str, old: Any, new: Any, value: Any, kept: set[str],
    stated: Mapping[str, Sequence[Any]],
) -> Any:
    if old == new or value == old or name in _FOLLOWS:
        return value
    if value == new and not isinstance(value, dict | list):
        if value is None or value not in stated.get(name, ()):
            return old
        kept.add(_place(table, name))
        return value
    if value == new and type(old) is not type(new):
        return old
    if isinstance(value, dict) and isinstance(old, dict) and isinstance(new, dict):
        parts = {}
        for part in value.keys() | old.keys():
            was, became, stands = (known.get(part, _MISSING) for known in (old, new, value))
            if stands == became and _part_stated(table, name, part, stands, stated):
                parts[part] = stands
                if was != stands and table != "provenance":
                    kept.add(_place(table, f"{name}.{part}"))
                continue
            parts[part] = was if stands == became else stands
            if stands not in (became, was) and was != became and table != "provenance":
                kept.add(_place(table, f"{name}.{part}"))
        return {part: known for part, known in parts.items() if known is not _MISSING}
    if isinstance(value, list) and isinstance(old, list) and isinstance(new, list):
        said = stated.get(name, ())
        if any(item in said for item in value if item not in old and item in new):
            kept.add(_place(table, name))
        return [*(item for item in value if item in old or item not in new or item in said),
                *(item for item in old if item not in new and item not in value)]
    if table != "provenance":
        kept.add(_place(table, name))
    return value


def _part_stated(
    table: str, name: str, part: str, value: Any, stated: Mapping[str, Sequence[Any]]
) -> bool:
    if table == "provenance":
        return isinstance(value, dict) and value["value"] in stated.get(part, ())
    return value in stated.get(f"{name}.{part}", ())


def _place(table: str, name: str) -> str:
    return name if table in _ENTITIES else f"{table}.{name}"
