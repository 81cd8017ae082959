"""Two contacts that are one person become one contact, and two again: nothing that hung on either is lost."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.enrichment.consent import merge_consent
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.errors import Conflict, Invalid, NotFound
from sidecar.ids import new_id
from sidecar.intake.leads import TOLD, UNITED, after, apart, strongest, united
from sidecar.intake.permissions import row_of
from sidecar.intake.refusals import Statement, refused_now, shown_consent, shown_refused
from sidecar.pipeline import assigning, stitching
from sidecar.pipeline.intake import read
from sidecar.pipeline.refusals import take_over
from sidecar.records import normalize
from sidecar.services.audit import Actor, record
from sidecar.services.customers import read as customer
from sidecar.services.import_undo import forget
from sidecar.services.leads import get_lead
from sidecar.store import (
    customers,
    duplicates,
    events,
    facts,
    following,
    intake,
    leads,
    refusals,
    subscriptions,
)
from sidecar.store import merging as store
from sidecar.store.database import Cursor, Row
from sidecar.store.owners import find as find_user
from sidecar.terms.fields import COLUMNS, fields_of
from sidecar.terms.states import OPEN
from sidecar.webhooks import of_edit, of_refusals

_COLUMNS = COLUMNS["contact"]
# Values that no source states: they follow from another field, as a lead calls both.
_FOLLOWERS = {field.lead: (field.column, field.derived_from) for field in fields_of("contact")
              if field.unstated and field.derived_from and field.lead}
_FOLLOWED = sorted({followed for _, followed in _FOLLOWERS.values()} | {"country"})
EMPTY: Final[Row] = {
    "message": None, "owner_name": None, "outcome": None, "outcome_at": None, "tags": [], "utm": {},
    "first_utm": {}, "custom": {}, "external_ids": {}}


def merge(engine: Engine, duplicate_id: str, *, keep: str, by: Actor) -> dict[str, Any]:
    """Merge a pair into the contact to keep: {kept_id, lost_id, lead_id, archived_lead_id}.

    Raises NotFound, Invalid when `keep` is not of the pair, Conflict when somebody decided before.
    """
    with engine.database.write() as cursor:
        duplicates.lock(cursor, alone=True)
        pair = open_pair(cursor, duplicate_id)
        if keep not in (pair["left_id"], pair["right_id"]):
            raise Invalid("The request is not valid; see errors.", errors=[
                {"pointer": "/keep", "code": "invalid", "detail": "Keep one of the pair's contacts."}])
        if pair["state"] != "open":
            raise Conflict("Somebody decided meanwhile that these are two people.")
        lost = pair["left_id"] if keep == pair["right_id"] else pair["right_id"]
        hold(cursor, [keep, lost])
        return _join(engine, cursor, pair, keep, lost, by)


class _TakenBack(Exception):
    """Ends a merge that was only tried."""


def try_merge(
    engine: Engine, duplicate_id: str, *, keep: str, by: Actor, reveal: bool
) -> dict[str, Any]:
    """What `merge` would answer, with the contact that it would make and the lead that would stay open, if
    there is one: {…, contact, lead}. It is done and taken back, so nothing is kept. Raises what `merge`
    raises."""
    seen: dict[str, Any] = {}
    with suppress(_TakenBack), engine.database.write():
        done = merge(engine, duplicate_id, keep=keep, by=by)
        seen = done | {
            "contact": customer(engine, "contact", keep, reveal=reveal),
            "lead": get_lead(engine, done["lead_id"], reveal=reveal) if done["lead_id"] else None}
        raise _TakenBack
    return seen


def merge_into(engine: Engine, keep: str, lost: str, *, by: Actor) -> dict[str, Any]:
    """Merge two contacts of whom a person says that they are one, as `merge` does, whatever was said of the
    pair before. Raises NotFound, Invalid for a contact and itself."""
    left, right = sorted((keep, lost))
    if left == right:
        raise Invalid("The request is not valid; see errors.", errors=[
            {"pointer": "/contact_id", "code": "invalid", "detail": "Name another contact."}])
    with engine.database.write() as cursor:
        duplicates.lock(cursor, alone=True)
        hold(cursor, [keep, lost])
        if not all(customers.get(cursor, "contact", contact) for contact in (keep, lost)):
            raise NotFound("There is no such contact.")
        pair = duplicates.of_two(cursor, left, right) or {
            "id": new_id(), "left_id": left, "right_id": right, "score": 1.0,
            "reasons": [f"{by.name} says so"]}
        return _join(engine, cursor, pair, keep, lost, by)


def _join(engine: Engine, cursor: Cursor, pair: Row, keep: str, lost: str, by: Actor) -> dict[str, Any]:
    # In the order in which the pipeline locks: leads, answers, contacts.
    found = customers.lock_leads(cursor, [keep, lost])
    moved = store.move_calls(cursor, keep, lost)
    contacts = store.lock_contacts(cursor, [keep, lost])
    pairs = [other for other in store.pairs(cursor, [keep, lost])
             if {keep, lost} != {other["left_id"], other["right_id"]}]
    snapshot = {"kept": contacts[keep], "lost": contacts[lost], "pairs": [
        *pairs, {"id": pair["id"], "left_id": min(keep, lost), "right_id": max(keep, lost)}]}
    work = _one_open_lead(engine, cursor, found, by)
    moved |= store.move_rows(cursor, keep, lost)
    whole = {"org_id": contacts[keep]["org_id"] or contacts[lost]["org_id"]} | _one_will(
        engine, cursor, contacts[keep], contacts[lost], pair["id"])
    store.remove(cursor, lost)
    forget(engine, cursor, [keep, lost])  # they were two
    store.record(cursor, {
        "id": new_id(), "duplicate_id": pair["id"], "kept_id": keep, "lost_id": lost, "score": pair["score"],
        "reasons": pair["reasons"], "actor": by.name, "at": engine.now(),
        "snapshot": engine.vault.seal(snapshot | work | {"moved": moved, "whole": whole})})
    store.settle(cursor, keep, columns_of(engine, cursor, contacts[keep], contacts[lost]) | whole)
    stitching.tell_anew(engine, cursor, [keep], events.devices_of(cursor, [keep]))
    lead_id, archived, *_ = [row["id"] for row in work["open"]] + [None, None]
    record(
        cursor, by, "contact.merged", "contact", keep,
        after={"lost_id": lost, "duplicate_id": pair["id"], "archived_lead_id": archived})
    if lead_id:
        intake.queue(cursor, [lead_id], "interactive", engine.settings.bulk_batch)
        if whole["refused"] != contacts[keep]["refused"]:
            subscriptions.tell(cursor, of_refusals({lead_id: whole["refused"]}))
    return {"kept_id": keep, "lost_id": lost, "lead_id": lead_id, "archived_lead_id": archived}


def _one_will(engine: Engine, cursor: Cursor, kept: Row, lost: Row, duplicate_id: str) -> Row:
    """{consent, refused} of a contact who has the statements of both. A merge lifts nothing: what one of the
    two refused is refused, though the other agreed later, by a statement that has the pair in its key."""
    said = refusals.statements(cursor, [kept["id"]]).get(kept["id"], [])
    lifted = {*kept["refused"], *lost["refused"]} - refused_now(said)
    more = [Statement(purpose, True, False, "merge", engine.now(),
                      "One of the two contacts refused it when they were merged.")
            for purpose in sorted(lifted)]
    refusals.add(cursor, [
        row_of(one, kept["id"], None, dedupe_key=f"merge:{duplicate_id}:{one.purpose}") for one in more])
    every = [*said, *more]
    return {
        "consent": shown_consent(merge_consent(kept["consent"], lost["consent"]), {}, every),
        "refused": shown_refused(refused_now(every))}


def open_pair(cursor: Cursor, duplicate_id: str) -> Row:
    """The pair, locked. Raises NotFound; Conflict, with where it leads, when it was merged."""
    pair = duplicates.get(cursor, duplicate_id)
    if pair:
        return pair
    merged = duplicates.merged(cursor, duplicate_id)
    if merged:
        raise Conflict("These contacts are one already.", merged_into=merged["kept_id"])
    raise NotFound("There is no such pair; a contact of it may be gone.")


def hold(cursor: Cursor, contact_ids: list[str]) -> None:
    """Keep new leads of these people waiting until this is over."""
    known = store.identities(cursor, contact_ids)
    intake.lock(cursor, known)
    if store.identities(cursor, contact_ids) != known:
        raise Conflict("A contact of this pair changed at this moment; load it again.")


def _one_open_lead(engine: Engine, cursor: Cursor, found: list[Row], by: Actor) -> Row:
    """Of two open leads, oldest first, the stronger stays open with what both have, the other is archived:
    {open: both as they were, that one first, united: what it has now, messages: ids that it took over,
    hot_change: the change into hot that it took over, (its number before, now), or None}."""
    still_open = store.whole_leads(cursor, [row["id"] for row in found if row["status"] in OPEN])
    if len(still_open) < 2:
        return {"open": still_open, "united": {}, "messages": [], "hot_change": None}
    did = {row["id"]: row.pop("did") for row in still_open}
    stays = strongest(still_open, did)
    goes = next(row for row in still_open if row is not stays)
    store.archive(cursor, goes["id"])
    leads.add_status(cursor, goes["id"], goes["status"], "archived", by.name)
    subscriptions.tell(cursor, of_edit(goes["id"], goes, {"status": "archived"}))
    record(cursor, by, "lead.edited", "lead", goes["id"],
           before={"status": goes["status"]}, after={"status": "archived"})
    # What somebody was told of one of them is not told again of the other; of a test nobody was told.
    told = [row for row in still_open if row["grade"] == "hot" and row["is_test"] <= stays["is_test"]]
    score = {"grade": "hot", "total_score": max(row["total_score"] or 0 for row in told)} if told else {}
    # Nor again when what both have makes it hot: it cooled when the later one did.
    score |= {"cooled_at": max((row["cooled_at"] for row in still_open if row["cooled_at"]), default=None)}
    whole = united(stays, goes, did)
    _change_lead(engine, cursor, stays, whole | score, "Two leads of one person became one.", by)
    messages = store.take_over_messages(cursor, stays["id"], goes["id"], told=stays["grade"] == "hot")
    hot_change = following.unite(
        cursor, stays["id"], goes["id"], taken=stays["grade"] != "hot" and bool(told))
    if hot_change:
        store.renumber_messages(cursor, [row["id"] for row in messages], hot_change[1])
    return {"open": [stays, goes], "united": whole | score, "messages": [row["id"] for row in messages],
            "hot_change": hot_change}


def _change_lead(
    engine: Engine, cursor: Cursor, row: Row, columns: Row, why: str, by: Actor
) -> None:
    """Write columns of a lead; an owner is assigned, and one who left is nobody's of an open lead."""
    if "owner_id" in columns:
        assigning.assign(engine, cursor, [
            assigning.Assignment(row["id"], columns["owner_id"], "merge", why)], by.name,
            request_id=by.request_id)
    elif "status" in columns:
        assigning.hand_on(engine, cursor, [row["id"]], by.name, request_id=by.request_id)
    if rest := {name: value for name, value in columns.items() if name != "owner_id"}:
        store.change_lead(cursor, row["id"], rest)


def columns_of(engine: Engine, cursor: Cursor, contact: Row, other: Row | None = None) -> Row:
    """The columns of a contact: of each field the statement that counts, else what stands there (or with
    `other`), and what follows from them."""
    said = facts.load_provenance(cursor, "contact", [contact["id"]]).get(contact["id"], [])
    columns = {column: contact[column] if contact[column] is not None else other and other[column]
               for column, _ in _COLUMNS.values()}
    columns |= {_COLUMNS[name][0]: value.value for name, value in
                winners(FieldValue(**row) for row in said).items() if name in _COLUMNS}
    lead = normalize({name: value for name in _FOLLOWED if (value := columns[_COLUMNS[name][0]])},
                     engine.record_settings)["lead"]
    return columns | {column: lead.get(name) for name, (column, _) in _FOLLOWERS.items()}


def unmerge(engine: Engine, kept: str, lost: str, *, by: Actor) -> dict[str, Any]:
    """Take a merge back: {kept_id, contact_id, kept_lead_id, lead_id} with the open leads of both.

    Each contact has what it had. What came since by a key or on a lead of the one who was lost is theirs,
    what people changed since stays where they changed it. The pair is dismissed. Raises NotFound when that
    contact was not merged into this one, Conflict when the merge is too old to be taken back.
    """
    with engine.database.write() as cursor:
        duplicates.lock(cursor, alone=True)
        merged = store.of_lost(cursor, lost)
        if merged is None or merged["kept_id"] != kept:
            raise NotFound("That contact was not merged into this one.")
        hold(cursor, [kept])
        # Later merges are taken back before it, and done again.
        later = []
        while (last := store.last_of(cursor, merged["kept_id"]))["id"] != merged["id"]:
            _part(engine, cursor, last, by)
            later.append(last)
            merged = store.of_lost(cursor, lost) or merged
        leads_of = _part(engine, cursor, merged, by)
        for row in reversed(later):
            store.forget_pair(cursor, row["duplicate_id"])
            _join(engine, cursor, row | {"id": row["duplicate_id"]}, row["kept_id"], row["lost_id"], by)
        record(cursor, by, "contact.unmerged", "contact", kept, after={"contact_id": lost})
    return {"kept_id": kept, "contact_id": lost, "kept_lead_id": leads_of.get(kept),
            "lead_id": leads_of[lost]}


def _part(engine: Engine, cursor: Cursor, merged: Row, by: Actor) -> dict[str, str | None]:
    """Take back the last merge into a contact: contact id -> open lead, of both."""
    kept, lost = merged["kept_id"], merged["lost_id"]
    snapshot = engine.vault.open(merged["snapshot"])
    if "whole" not in snapshot:
        raise Conflict("This merge is from before merges could be taken back.")
    moved = snapshot["moved"]
    customers.lock_leads(cursor, [kept])
    now = store.lock_contacts(cursor, [kept])[kept]
    forget(engine, cursor, [kept])  # it is of both
    for row in (*snapshot["open"], snapshot["united"]):
        if row and "owner_id" not in row:  # it is from before owners were users
            row["owner_id"] = row.get("owner") and (find_user(cursor, row["owner"]) or {}).get("id")
    since = _submissions(engine, cursor, kept, merged["id"])
    store.restore(cursor, snapshot["lost"])
    store.take_back(cursor, merged["id"])
    store.move_back(cursor, kept, lost, moved)
    people = [lost, *(row["contact_id"] for row in store.of_kept(cursor, lost))]
    store.give_back_keys(cursor, kept, lost, people)
    owners = {row["id"]: lost if row["person_id"] in people else kept for row in since}
    open_leads = _leads_apart(engine, cursor, merged["id"], snapshot, since, owners, by)
    store.give_back_events(cursor, kept, lost, people, open_leads)
    stitching.tell_anew(engine, cursor, [kept, lost], events.devices_of(cursor, [kept, lost]))
    refusals.part(cursor, kept, lost, people, merged["id"], merged["duplicate_id"])
    _contacts_apart(engine, cursor, snapshot, now)
    for contact_id in (kept, lost):
        take_over(engine, cursor, contact_id, store.identities(cursor, [contact_id]))
    store.restore_pairs(cursor, kept, lost, snapshot["pairs"], {
        "id": merged["duplicate_id"], "left_id": min(kept, lost), "right_id": max(kept, lost),
        "score": merged["score"], "reasons": merged["reasons"], "state": "dismissed",
        "decided_by": by.name, "decided_at": engine.now(), "created_at": merged["at"]})
    intake.queue(cursor, sorted(filter(None, open_leads.values())), "interactive",
                 engine.settings.bulk_batch)
    return open_leads


def _submissions(engine: Engine, cursor: Cursor, contact_id: str, merge_id: str) -> list[Row]:
    """What came in since a merge, read again: {id, lead_id, person_id, lead, source}; of what is no longer
    kept nothing is known any more."""
    found = []
    for row in store.submissions_since(cursor, contact_id, merge_id):
        sealed = row.pop("payload")
        [entry] = read(engine, [engine.vault.open(sealed)]) if sealed else [None]
        found.append(row | {"lead": entry.lead if entry else {}, "source": entry.source if entry else "api"})
    return found


def _leads_apart(
    engine: Engine, cursor: Cursor, merge_id: str, snapshot: Row, since: list[Row], owners: dict[str, str],
    by: Actor,
) -> dict[str, str | None]:
    """Give each contact its leads as they would be by themselves, and an own one for what came since where
    it had none: contact id -> its open lead."""
    before = {row["id"]: row for row in snapshot["open"]}
    ids = sorted({*before, *(row["lead_id"] for row in since)})
    for lead_id in ids:
        if lead_id > merge_id:  # it is new since
            first = next(row["id"] for row in since if row["lead_id"] == lead_id)
            store.change_lead(cursor, lead_id, {"contact_id": owners[first]})
    open_leads: dict[str, str | None] = {snapshot[side]["id"]: None for side in ("kept", "lost")}
    for row in store.whole_leads(cursor, ids):
        lead_id, owner = row["id"], row["contact_id"]
        told = [each for each in since if each["lead_id"] == lead_id]
        had = before.get(lead_id) or row | (EMPTY if lead_id > merge_id else {})
        stays = bool(before) and lead_id == snapshot["open"][0]["id"]
        whole = had | (snapshot["united"] if stays else {})
        own = after(had, [each["lead"] for each in told if owners[each["id"]] == owner])
        every = after(whole, [each["lead"] for each in told])
        changes = apart({name: own[name] for name in UNITED}, every, row)
        if stays and row["scored_at"] == had["scored_at"]:
            changes |= {name: had[name] for name in ("grade", "total_score")}
        went = lead_id in before and not stays
        if went and row["status"] == "archived" and not leads.open_lead(cursor, owner):
            changes["status"] = had["status"]
            leads.add_status(cursor, lead_id, "archived", had["status"], by.name)
            subscriptions.tell(cursor, of_edit(lead_id, row, changes))
            store.give_messages_back(cursor, lead_id, snapshot["messages"])
            if snapshot.get("hot_change"):
                before_merge, since_merge = snapshot["hot_change"]
                following.move(cursor, snapshot["open"][0]["id"], since_merge, lead_id, before_merge)
                store.renumber_messages(cursor, snapshot["messages"], before_merge)
        changes = {name: value for name, value in changes.items() if value != row[name]}
        if changes:
            _change_lead(engine, cursor, row, changes, "Its person is two people again.", by)
        if changes.get("status", row["status"]) in OPEN:
            open_leads[owner] = lead_id
    _own_leads(cursor, since, owners, open_leads, snapshot)
    return open_leads


def _own_leads(
    cursor: Cursor, since: list[Row], owners: dict[str, str], open_leads: dict[str, str | None], snapshot: Row
) -> None:
    """Put what came in of one contact on a lead that is the other's now on an own one."""
    holders = {row["id"]: row["contact_id"] for row in store.whole_leads(
        cursor, sorted({row["lead_id"] for row in since}))}
    for side in ("kept", "lost"):
        contact_id = snapshot[side]["id"]
        strays = [row for row in since if owners[row["id"]] == contact_id != holders[row["lead_id"]]]
        if not strays:
            continue
        lead_id, told = open_leads[contact_id], [row["lead"] for row in strays]
        if lead_id:
            [row] = store.whole_leads(cursor, [lead_id])
            changed = after(row, told)
            store.change_lead(cursor, lead_id, {name: changed[name] for name in TOLD})
        else:
            lead_id = open_leads[contact_id] = new_id()
            store.new_lead(cursor, after(EMPTY, told) | {
                "id": lead_id, "contact_id": contact_id, "email": told[0].get("email"),
                "source": strays[0]["source"], "org_id": snapshot[side]["org_id"]})
        store.give_submissions(cursor, [row["id"] for row in strays], lead_id)


def _contacts_apart(engine: Engine, cursor: Cursor, snapshot: Row, now: Row) -> None:
    """Both contacts as they would be by themselves."""
    kept, lost, whole = snapshot["kept"], snapshot["lost"], snapshot["whole"]
    names = list(whole)
    store.settle(cursor, kept["id"], columns_of(engine, cursor, kept) | apart(
        {name: kept[name] for name in names}, whole, now))
    # What was said of a consent since holds for both.
    store.settle(cursor, lost["id"], columns_of(engine, cursor, lost) | {
        "consent": apart({"consent": lost["consent"]}, whole, now)["consent"]})
