"""Answers of providers that seem to be about somebody else, for a person's review."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.api.paging import decode_cursor, page
from sidecar.engine import Engine
from sidecar.pipeline import waking
from sidecar.services import held_answers
from sidecar.services.access import Caller

bp = Blueprint("held_answers", __name__)


@endpoint(bp, "GET", "/v1/held-answers", scope="leads:read", query=schemas.HeldAnswerQuery(),
          answer=schemas.HeldAnswerPage())
def list_held_answers(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """What providers answered, in which somebody else than was asked about seems to be meant, newest first.
    `code` says why; it counts for nothing until somebody accepts it."""
    return page(*held_answers.listed(
        engine, state=query["state"], subject=query.get("contact_id") or query.get("organization_id"),
        limit=query["limit"], after=decode_cursor(query.get("cursor"), 1), reveal=caller.may("pii:read")))


@endpoint(bp, "POST", "/v1/held-answers/<uuid:answer_id>/accept", scope="leads", body=schemas.Empty(),
          answer=schemas.HeldAnswer())
def accept_held_answer(engine: Engine, caller: Caller, answer_id: Any, body: dict[str, Any]) -> Any:
    """It is about the subject: what it says counts, and the leads are scored again. The subject is known by
    it from then on. 409: it was rejected."""
    result = held_answers.accept(
        engine, str(answer_id), by=actor(caller), reveal=caller.may("pii:read"))
    waking.wake_after(engine, "interactive")
    return result


@endpoint(bp, "POST", "/v1/held-answers/<uuid:answer_id>/reject", scope="leads", body=schemas.Empty(),
          answer=schemas.HeldAnswer())
def reject_held_answer(engine: Engine, caller: Caller, answer_id: Any, body: dict[str, Any]) -> Any:
    """It is about somebody else. That is remembered for good: the record never comes back, from whichever
    provider. 409: it was accepted."""
    return held_answers.reject(engine, str(answer_id), by=actor(caller), reveal=caller.may("pii:read"))


@endpoint(bp, "POST", "/v1/contacts/<uuid:contact_id>/wrong-answers", scope="leads",
          body=schemas.WrongAnswer(), answer=schemas.ContactDetail())
def wrong_person(engine: Engine, caller: Caller, contact_id: Any, body: dict[str, Any]) -> Any:
    """What this provider told of the person is about somebody else: it counts no more, the leads are scored
    again, and the record never comes back. 404: the provider told nothing."""
    return _wrong(engine, caller, "contact", contact_id, body)


@endpoint(bp, "POST", "/v1/organizations/<uuid:organization_id>/wrong-answers", scope="leads",
          body=schemas.WrongAnswer(), answer=schemas.OrganizationDetail())
def wrong_company(engine: Engine, caller: Caller, organization_id: Any, body: dict[str, Any]) -> Any:
    """What this provider told of the company is about another one, as with a person."""
    return _wrong(engine, caller, "organization", organization_id, body)


def _wrong(engine: Engine, caller: Caller, kind: str, entity_id: Any, body: dict[str, Any]) -> Any:
    result = held_answers.wrong_subject(
        engine, kind, str(entity_id), body["provider"], by=actor(caller), reveal=caller.may("pii:read"))
    waking.wake_after(engine, "interactive")
    return result
