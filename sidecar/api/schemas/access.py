"""Signing in; users, clients and the audit log."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from sidecar.api.schemas.base import Answer, Moment, PageQuery, Strict, Text, page_of, sent_as
from sidecar.api.schemas.owners import CalendarState, Working
from sidecar.services.administration import ROLES
from sidecar.terms.scopes import SCOPES
from sidecar.terms.states import LANGUAGES, USER_STATES


@sent_as({"grant_type": "client_credentials", "client_id": "website", "client_secret": "a long secret"})
class TokenRequest(Strict):
    grant_type = Text(required=True, validate=validate.OneOf(["password", "client_credentials"]))
    client_id = Text()
    client_secret = Text(1000)
    username = Text(320)
    password = Text(1000)

    @validates_schema
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        needed = {"password": ("username", "password")}.get(
            data.get("grant_type", ""), ("client_id", "client_secret"))
        missing = {name: ["Missing data for required field."] for name in needed if not data.get(name)}
        if missing:
            raise ValidationError(missing)


class RefreshRequest(Strict):
    refresh_token = Text(500, required=True)


class TokenAnswer(Answer):
    access_token = fields.String(required=True)
    refresh_token = fields.String(metadata={"description": "For people only."})
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    scope = fields.String(required=True)
    role = fields.String(validate=validate.OneOf(ROLES))
    name = fields.String(allow_none=True)
    email = fields.String()


class SessionStart(Strict):
    email = Text(320, required=True)
    password = Text(1000, required=True)


class SessionUser(Answer):
    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    email = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    time_zone = fields.String(required=True, allow_none=True)


class Session(Answer):
    user = fields.Nested(SessionUser, required=True)
    scopes = fields.List(fields.String(), required=True)


class CurrentSession(Answer):
    user = fields.Nested(SessionUser, required=True, allow_none=True)
    scopes = fields.List(fields.String(), required=True)
    ended = fields.String(required=True, allow_none=True, metadata={
        "description": "Why the session of this browser goes on no more."})


class OwnSession(Answer):
    id = fields.String(required=True)
    way = fields.String(required=True, validate=validate.OneOf(["password", "oidc"]))
    user_agent = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    seen_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    current = fields.Boolean(required=True)


class OwnSessions(Answer):
    data = fields.List(fields.Nested(OwnSession), required=True)


class EndedSessions(Answer):
    ended = fields.Integer(required=True)


class SignInWay(Answer):
    name = fields.String(required=True)
    label = fields.String(required=True)
    url = fields.String(required=True)


class SignInWays(Answer):
    password = fields.Boolean(required=True)
    oidc = fields.List(fields.Nested(SignInWay), required=True)


class OidcStart(Strict):
    to = Text(2000, load_default="#/")


class OidcCallback(Schema):
    """What a provider adds is its own."""

    class Meta:
        unknown = EXCLUDE

    state = Text(500, load_default="")
    code = Text(4000)
    error = Text(500)
    iss = Text(500)


class Caller(Answer):
    kind = fields.String(required=True, validate=validate.OneOf(["user", "client"]))
    name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)


class PasswordChange(Strict):
    current_password = Text(1000, required=True)
    new_password = Text(1000, required=True)


class UserAdd(Strict):
    email = Text(320, required=True)
    name = Text(200, allow_none=True)
    role = Text(required=True, validate=validate.OneOf(ROLES))
    password = Text(1000, required=True)


class UserEdit(Working):
    name = Text(200, allow_none=True)
    role = Text(validate=validate.OneOf(ROLES))


class PasswordSet(Strict):
    password = Text(1000, required=True)


class User(Answer):
    id = fields.String(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    enabled = fields.Boolean(required=True)
    has_password = fields.Boolean(required=True, metadata={
        "description": "Whether they have one; else they sign in by the OIDC provider."})
    state = fields.String(required=True, validate=validate.OneOf(USER_STATES))
    away_until = fields.DateTime(required=True, allow_none=True)
    time_zone = fields.String(required=True, allow_none=True)
    working_hours = fields.Dict(required=True, allow_none=True)
    holidays = fields.String(required=True, allow_none=True)
    capacity = fields.Integer(required=True, allow_none=True)
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    calendar = fields.Nested(CalendarState, required=True, allow_none=True, metadata={
        "description": "Their calendar feed, whose address is not told."})
    created_at = fields.DateTime(required=True)
    last_sign_in_at = fields.DateTime(required=True, allow_none=True)


class UserPage(Answer.from_dict(page_of(User))):  # type: ignore[misc]
    """Users."""


class Leaving(Answer):
    open_leads = fields.Integer(required=True)
    heirs = fields.List(fields.String(), required=True)
    why = fields.String(required=True)


class ClientScopes(Strict):
    scopes = fields.List(
        Text(validate=validate.OneOf(SCOPES)), required=True,
        validate=validate.Length(min=1, max=len(SCOPES)))


class ClientAdd(ClientScopes):
    id = Text(63, required=True)


class Client(Answer):
    id = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    enabled = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)


class ClientSecret(Client):
    client_secret = fields.String(
        required=True, metadata={"description": "Told this once; only a hash is stored."})


class ClientList(Answer):
    data = fields.List(fields.Nested(Client), required=True)


class AuditQuery(PageQuery):
    entity_kind = Text(50)
    entity_id = Text(200)
    actor = Text(320)
    action = Text(100)
    at_from = Moment()
    at_to = Moment()


class AuditEntry(Answer):
    id = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    actor = fields.String(required=True)
    action = fields.String(required=True)
    entity_kind = fields.String(required=True)
    entity_id = fields.String(required=True)
    before = fields.Dict(required=True, allow_none=True)
    after = fields.Dict(required=True, allow_none=True)
    request_id = fields.String(required=True, allow_none=True)


class AuditPage(Answer.from_dict(page_of(AuditEntry))):  # type: ignore[misc]
    """Entries of the audit log."""
