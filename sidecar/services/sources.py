"""Sources of leads: the addresses at which vendors' webhooks are taken, and what they bring."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from sidecar.engine import Engine
from sidecar.errors import Conflict, Invalid, NotFound, Unauthorized
from sidecar.ids import new_id
from sidecar.pipeline import intake, waking
from sidecar.pipeline.intake import lane_of as lane_for
from sidecar.services.audit import Actor, record
from sidecar.services.events import MOST, add_events
from sidecar.sources import mapping as mappings
from sidecar.sources import signatures
from sidecar.sources.answers import NotADelivery
from sidecar.sources.model import GIVEN, MADE, NONE, Fetch, Received, Reply, Source
from sidecar.sources.registry import SOURCES
from sidecar.store import idempotency
from sidecar.store import sources as store
from sidecar.store.database import Cursor, Row
from sidecar.terms import label

_MAX_LEADS: Final = 100  # in a delivery; HubSpot sends as many events at most
_NAME: Final = 60
_SHOWN: Final = 10  # of the last deliveries
_TEST_LEAD: Final = {"email": "test.lead@example.com", "full_name": "Test Lead", "company_name": "Example"}
_TOKENS_SECONDS: Final = 86_400  # longer than what they sign is taken


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request as a vendor made it. `headers` by lower-case name; `fields`: those of a multipart form, of
    which there is no raw body."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    fields: Mapping[str, Any] | None = None


def add(
    engine: Engine, kind: str, name: str, *, by: Actor, secret: str | None = None, pull_of: str | None = None,
) -> dict[str, Any]:
    """Create a source: it as `whole` answers it, its `secret` where one was made (told this once), and the
    `steps` to do at the vendor. Raises Invalid that names the field, Conflict."""
    source = _kind(kind)
    name = name.strip()
    if not 1 <= len(name) <= _NAME:
        raise _invalid("/name", f"1 to {_NAME} characters.")
    if source.secret == GIVEN and not secret:
        raise _invalid("/secret", f"{source.title} signs with a secret of its own: give it.")
    if source.secret == NONE and secret:
        raise _invalid("/secret", f"{source.title} signs nothing: there is no secret to check.")
    pull_of = _pulled(source, pull_of)
    made = secrets.token_urlsafe(32) if source.secret == MADE and not secret else None
    key, kept = secrets.token_urlsafe(18), secret or made
    with engine.database.write() as cursor:
        if not store.add(cursor, key, kind, name, engine.vault.seal(kept) if kept else None, pull_of):
            raise Conflict("There is a source with this name already.", errors=[
                {"pointer": "/name", "code": "taken", "detail": "There is a source with this name."}])
        record(cursor, by, "source.added", "source", name, after={"kind": kind})
    steps = _steps(source, url_of(engine, kind, key), key, made or "of yours")
    return whole(engine, key) | {"secret": made, "steps": steps}


def read(engine: Engine, key: str) -> dict[str, Any]:
    """One source, with its address. Raises NotFound."""
    with engine.database.read() as cursor:
        return _told(engine, _known(store.get(cursor, key)))


def whole(engine: Engine, key: str) -> dict[str, Any]:
    """One source with the `steps` to do at the vendor, what the kind calls its `secret_kind`, and its
    `last_deliveries`. Raises NotFound."""
    with engine.database.read() as cursor:
        row = _told(engine, _known(store.get(cursor, key)))
        last = store.last_deliveries(cursor, key, _SHOWN)
    source = SOURCES.get(row["kind"])
    return row | {"secret_kind": source.secret if source else NONE, "last_deliveries": last,
                  "steps": _steps(source, row["url"], key, "(told once)") if source else []}


def renew_secret(engine: Engine, key: str, hours: int, *, by: Actor) -> dict[str, Any]:
    """A new secret, told this once; the one before proves deliveries too for so many hours: the source as
    `whole` answers it, with `secret`. Raises NotFound, Invalid where the vendor's own is used."""
    made = secrets.token_urlsafe(32)
    with engine.database.write() as cursor:
        row = _known(store.get(cursor, key))
        if _kind(row["kind"]).secret != MADE:
            raise _invalid("", "This source's secret is the vendor's own: enter that one.")
        store.renew(cursor, key, engine.vault.seal(made), hours)
        record(cursor, by, "source.secret_renewed", "source", row["name"], after={"former_hours": hours})
    return whole(engine, key) | {"secret": made}


def send_test(engine: Engine, key: str, *, by: Actor) -> dict[str, Any]:
    """Take in a test lead of a source, of which nobody is told: its result, as `intake.receive` answers it.
    Raises NotFound, Conflict when it is switched off."""
    with engine.database.write() as cursor:
        row = _known(store.get(cursor, key))
        if row["disabled_at"]:
            raise Conflict("This source is switched off.")
        lead = lead_of(_kind(row["kind"]), row["name"], Received(_TEST_LEAD, new_id(), is_test=True))
        [result] = intake.take_in(
            engine, intake.read(engine, [lead], submitted=True), client=f"source:{row['name']}",
            lane="interactive", request_id=by.request_id)
        store.delivered(cursor, key, {"outcome": "accepted", "leads": 1, "tests": 1})
        record(cursor, by, "source.tested", "source", row["name"])
        waking.wake_after(engine, "interactive")
    return dict(result)


def _steps(source: Source, url: str, key: str, secret: str) -> list[str]:
    """What to do at the vendor."""
    return [step.format(url=url, key=key, secret=secret) for step in source.setup]


def list_sources(engine: Engine) -> list[dict[str, Any]]:
    """All sources, by name."""
    with engine.database.read() as cursor:
        return [_told(engine, row) for row in store.listed(cursor)]


def edit(engine: Engine, key: str, changes: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    """Change secret, mapping (None: as the kind reads it), pull_of or disabled. Raises NotFound, Invalid."""
    changes = dict(changes)
    with engine.database.write() as cursor:
        row = _known(store.get(cursor, key))
        source = _kind(row["kind"])
        if changes.get("mapping") is not None and (wrong := mappings.problem(changes["mapping"])):
            raise _invalid(f"/mapping{wrong[0]}", wrong[1])
        if "pull_of" in changes:
            changes["pull_of"] = _pulled(source, changes["pull_of"])
        if "secret" in changes:
            if source.secret == NONE:
                raise _invalid("/secret", f"{source.title} signs nothing: there is no secret to check.")
            changes["secret"] = engine.vault.seal(changes["secret"])
        store.change(cursor, key, changes)
        record(cursor, by, "source.edited", "source", row["name"], after={"fields": sorted(changes)})
        return _told(engine, _known(store.get(cursor, key)))


def key_of(engine: Engine, name: str) -> str:
    """The key of the source that is called so, or has this key. Raises NotFound."""
    for row in list_sources(engine):
        if name in (row["name"], row["key"]):
            return str(row["key"])
    raise NotFound("There is no such source.")


def sample(
    engine: Engine, key: str, body: Any, given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What a body would be read as: {mapping (given, kept or guessed; None where the kind reads it by
    itself), guessed, leads}. Nothing is written. Raises NotFound, Invalid."""
    row = read(engine, key)
    if given is not None and (wrong := mappings.problem(given)):
        raise _invalid(f"/mapping{wrong[0]}", wrong[1])
    source, mapping, guessed = _kind(row["kind"]), given or row["mapping"], mappings.guessed(body)
    if mapping is None and source.name == "generic":
        mapping = guessed
    return {"mapping": mapping, "guessed": guessed, "leads": [
        {"lead": one.lead, "event_id": one.event_id, "is_test": one.is_test}
        for one in _read(source, mapping, body, {})]}


def receive(engine: Engine, kind: str, key: str, delivery: Delivery) -> dict[str, Any]:
    """What is to become of a delivery: {answer, leads, delivery}. `leads` are to be taken in, under
    `delivery` as Idempotency-Key; where there are none, `answer` {status, content_type, body} is what the
    vendor is told. What is only announced is entered to be fetched."""
    source = SOURCES.get(kind)
    with engine.database.read() as cursor:
        row = store.opened(cursor, kind, key)
    if source is None or row is None:
        return _refusal(401, "unauthorized", "This address is not known, or was switched off.")
    proofs = [engine.vault.open(row[name]) for name in ("secret", "former_secret") if row[name]]
    secret = proofs[0] if proofs else None
    if delivery.method == "GET":
        reply = source.challenge(delivery.query, secret or "", key) if source.challenge else None
        return _answer(reply) if reply else _refusal(401, "unauthorized", "This is no delivery.")
    if delivery.fields is not None and not source.multipart:
        return _refused(
            engine, key, 415, "unsupported_media_type", f"{source.title} sends no multipart form.")
    reasons = [source.check(delivery.headers, delivery.body, proof, engine.now(), url_of(engine, kind, key))
               for proof in proofs]
    if reasons and all(reasons):
        return _refused(engine, key, 401, "unauthorized", str(reasons[0]))
    try:
        body = delivery.fields if delivery.fields is not None else _parsed(delivery)
        counts = _told_events(engine, source, key, body)
        found = _read(source, row["mapping"], body, delivery.headers)
        announced = source.api.announced(body) if not found and source.api and source.api.announced else ()
    except Unauthorized as error:
        return _refused(engine, key, 401, "unauthorized", error.detail)
    except Invalid as error:
        return _refused(engine, key, 422, error.code, error.errors[0]["detail"])
    leads = [lead_of(source, row["name"], one) for one in found]
    with engine.database.write() as cursor:
        store.delivered(cursor, key, _delivered(engine, leads) | {
            "tests": sum(one.is_test for one in found), "announced": len(announced),
            "events": (counts or {}).get("accepted", 0)})
        plan(cursor, key, announced)
    if not leads:
        return _answer(Reply(200, "application/json", json.dumps(counts or {"results": []})))
    said = json.dumps([key, leads], sort_keys=True, default=str)
    return {"answer": None, "leads": leads,
            "delivery": f"{kind} {hashlib.sha256(said.encode()).hexdigest()[:40]}"}


def _delivered(engine: Engine, leads: list[dict[str, Any]]) -> Row:
    """What is kept of a delivery with these leads, which intake will take or refuse: {outcome, leads,
    rejected, reason}, without what they hold."""
    refused = [entry.errors for entry in intake.read(engine, leads, submitted=True) if entry.errors]
    reasons = {f"{label(error['pointer'].strip('/')) or 'The lead'}: {error['code'].replace('_', ' ')}"
               for errors in refused for error in errors}
    return {
        "outcome": "rejected" if refused and len(refused) == len(leads) else "accepted", "leads": len(leads),
        "rejected": len(refused), "reason": "; ".join(sorted(reasons))[:500] or None}


def _told_events(engine: Engine, source: Source, key: str, body: Any) -> dict[str, int] | None:
    """Store what a delivery tells of what people did: how many were accepted, unknown and refused; None:
    it tells nothing of the kind. Raises Invalid for too many at once, Unauthorized for a proof of another
    body."""
    try:
        told = source.events(body) if source.events else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _invalid("", f"This is no delivery of {source.title}.") from None
    if told is None:
        return None
    if len(told) > MOST:
        raise _invalid("", f"A delivery holds at most {MOST} events.")
    events = [event for event in told if event]
    lane = lane_for(engine, len(events))
    with engine.database.write() as cursor:
        if token := source.token and source.token(body):
            _use(cursor, f"source {key}", token, json.dumps(body, sort_keys=True))
        counts = add_events(engine, events, source=source.name, lane=lane)
        if counts["accepted"]:
            waking.wake_soon(engine, lane)
    return {name: counts[name] for name in ("accepted", "unknown", "refused")}


def _use(cursor: Cursor, caller: str, token: str, said: str) -> None:
    """Let a token prove this body and no other one. Raises Unauthorized."""
    mark = hashlib.sha256(said.encode()).hexdigest()
    before = idempotency.find(cursor, caller, token, _TOKENS_SECONDS)
    if before and before["fingerprint"] != mark:
        raise Unauthorized(signatures.USED)
    idempotency.save(cursor, caller, token, mark, 200, b"")


def lead_of(source: Source, name: str, received: Received) -> dict[str, Any]:
    """The raw lead as intake takes it: where it is from, which event made it, whether it is a test."""
    custom = dict(received.lead.get("custom") or {})
    if source.event:
        custom.setdefault("event", source.event)
    if received.event_id:
        custom["event_id"] = received.event_id
    if received.is_test:
        custom["is_test"] = True
    own = name if source.name == "generic" else source.name
    return {"source": own} | received.lead | ({"custom": custom} if custom else {})


def plan(cursor: Cursor, key: str, fetches: Any, until: datetime | None = None) -> None:
    """Enter requests to the vendor of a source. until: they ask for what was missed until then."""
    store.plan(cursor, [_row(key, fetch) | {"until": until} for fetch in fetches])


def url_of(engine: Engine, kind: str, key: str) -> str:
    """Where the vendor delivers."""
    return f"{engine.settings.public_url}/webhook/leads/{kind}/{key}"


def _row(key: str, fetch: Fetch) -> Row:
    return {"source_key": key, "name": fetch.name, "url": fetch.url, "query": dict(fetch.query),
            "headers": dict(fetch.headers)}


def _told(engine: Engine, row: Row) -> dict[str, Any]:
    source = SOURCES.get(row["kind"])
    return row | {"title": source.title if source else row["kind"],
                  "url": url_of(engine, row["kind"], row["key"])}


def _read(
    source: Source, mapping: Mapping[str, Any] | None, body: Any, headers: Mapping[str, str]
) -> list[Received]:
    """Raises Invalid for what is no delivery of the source."""
    try:
        found = mappings.mapped(mapping, body) if mapping else source.read(body, headers)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        detail = str(error) if isinstance(error, NotADelivery) else f"This is no delivery of {source.title}."
        raise _invalid("", detail) from None
    if len(found) > _MAX_LEADS:
        raise _invalid("", f"A delivery holds at most {_MAX_LEADS} leads.")
    return found


def _parsed(delivery: Delivery) -> Any:
    kind = delivery.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        text = delivery.body.decode("utf-8-sig")
        if kind == "application/x-www-form-urlencoded":
            return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=500))
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _invalid("", "The body is not JSON.") from None


def _answer(reply: Reply) -> dict[str, Any]:
    return {"answer": {"status": reply.status, "content_type": reply.content_type, "body": reply.body},
            "leads": [], "delivery": ""}


def _refused(engine: Engine, key: str, status: int, code: str, detail: str) -> dict[str, Any]:
    with engine.database.write() as cursor:
        store.refused(cursor, key, "unproven" if status == 401 else "unreadable", detail)
    return _refusal(status, code, detail)


def _refusal(status: int, code: str, detail: str) -> dict[str, Any]:
    body = {"type": f"/docs#problem-{code}", "title": "Not accepted", "status": status, "detail": detail,
            "code": code}
    return _answer(Reply(status, "application/problem+json", json.dumps(body)))


def _kind(kind: str) -> Source:
    if source := SOURCES.get(kind):
        return source
    raise _invalid("/kind", f"Must be one of {', '.join(sorted(SOURCES))}.")


def _pulled(source: Source, pull_of: str | None) -> str | None:
    """What is asked for; it becomes part of an address. Raises Invalid."""
    if not pull_of:
        return None
    if not (source.api and source.api.missed):
        raise _invalid("/pull_of", f"{source.title} has no list of what was missed.")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", pull_of):
        raise _invalid("/pull_of", "Letters, digits, hyphens and underscores.")
    return pull_of


def _known(row: Row | None) -> Row:
    if row is None:
        raise NotFound("There is no such source.")
    return row


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid(f"The request is not valid: {detail}", errors=[
        {"pointer": pointer, "code": "invalid", "detail": detail}])
