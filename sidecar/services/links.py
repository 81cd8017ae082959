"""Links in messages: what acts once for whom it was sent to, and what stops mails. Who holds one needs no
sign-in; of a link only its hash is kept."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Final, NamedTuple

from sidecar.calendars.working import zone_or
from sidecar.channels import answers
from sidecar.channels.answers import Page
from sidecar.channels.handling import Decision
from sidecar.engine import Engine
from sidecar.ids import is_id
from sidecar.metrics import PRESSES
from sidecar.pipeline import handling
from sidecar.pipeline.intake import lead_url
from sidecar.pipeline.telling import digest, unsubscribe_token
from sidecar.services.audit import Actor, record
from sidecar.store import handlings as store
from sidecar.store import user_channels
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import WISHED_KINDS, Handling

_STATUS: Final[Mapping[str, int]] = {"done": 200, "same": 200, "gone": 404}


class Shown(NamedTuple):
    """A page and its status; `lead`: where the lead is."""

    page: Page
    status: int
    lead: str = ""


def look(engine: Engine, token: str, kind: Handling) -> Shown:
    """What a link would do. It does nothing: programs that check mail follow links too."""
    with engine.database.read() as cursor:
        link = _held(engine, cursor, token)
        if isinstance(link, Shown):
            return link
        decision = handling.would(engine, cursor, link["lead_id"], link["hot_change"], kind, link["user_id"])
    if decision.verdict != "done":
        return Shown(_acted(engine, link, decision), _STATUS.get(decision.verdict, 409), _lead(engine, link))
    return Shown(answers.asked(
        kind, link["name"] or link["email"], link["total"], link["grade"], link["language"]), 200,
        _lead(engine, link))


def use(engine: Engine, token: str, kind: Handling, *, request_id: str | None) -> Shown:
    """Do what a link does, once."""
    with engine.database.write() as cursor:
        link = _held(engine, cursor, token, lock=True)
        if isinstance(link, Shown):
            return link
        user = {"id": link["user_id"], "email": link["email"], "name": link["name"]}
        done = handling.handle(engine, cursor, link["lead_id"], link["hot_change"], kind, user,
                               link["channel"], request_id=request_id)
        if done.id:
            store.use_link(cursor, digest(token), done.id, engine.now())
    PRESSES.labels(link["channel"], kind, done.decision.verdict).inc()
    return Shown(_acted(engine, link, done.decision), _STATUS.get(done.decision.verdict, 409),
                 _lead(engine, link))


def _held(engine: Engine, cursor: Cursor, token: str, *, lock: bool = False) -> Row | Shown:
    """The link, or the page of one that acts no more, or never did."""
    link = store.link(cursor, digest(token), lock=lock)
    if link is None:
        return Shown(answers.refused("forged", engine.settings.language), 404)
    if link["used_at"]:
        did = store.get(cursor, link["used_by"]) or {}
        used = Decision("same", did.get("by"), did.get("at"), did.get("kind"), did.get("until"))
        return Shown(_acted(engine, link, used, used=True), 410, _lead(engine, link))
    if link["left"] or link["expires_at"] <= engine.now():
        return Shown(answers.refused("expired", link["language"]), 410)
    return link


def _acted(engine: Engine, link: Row, decision: Decision, *, used: bool = False) -> Page:
    return answers.acted(decision, link["language"], zone_or(link["time_zone"], engine.settings.time_zone),
                         engine.now(), used=used)


def _lead(engine: Engine, link: Row) -> str:
    return lead_url(engine, link["lead_id"])


def stop(engine: Engine, token: str, *, sure: bool, request_id: str | None) -> Shown:
    """Stop the mails of a kind to a user, if they are `sure`; else ask them."""
    user_id, _, rest = token.partition(".")
    kind = rest.partition(".")[0]
    if not is_id(user_id) or kind not in WISHED_KINDS or not hmac.compare_digest(
            token.encode("utf-8", "replace"), unsubscribe_token(engine, user_id, kind).encode()):
        return Shown(answers.refused("forged", engine.settings.language), 404)
    with engine.database.write() as cursor:
        user = user_channels.user(cursor, user_id=user_id)
        if user is None:
            return Shown(answers.refused("expired", engine.settings.language), 410)
        if sure:
            user_channels.stop(cursor, user_id, "email", user["email"], kind)
            record(cursor, Actor(user["email"], request_id), "user.mails_stopped", "user", user_id,
                   after={"kind": kind})
    return Shown(answers.stops(kind, user["language"], done=sure), 200)
