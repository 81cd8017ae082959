"""What people do about hot leads; where users want to be told."""

from __future__ import annotations

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer, Strict, Text
from sidecar.terms.states import HANDLINGS, WISHED_KINDS

_KIND = validate.OneOf(HANDLINGS)
_CLOCK = validate.Regexp(r"([01]\d|2[0-3]):[0-5]\d$", error="Must be a time of day, HH:MM.")


class HandlingWanted(Strict):
    kind = Text(required=True, validate=_KIND)
    minutes = fields.Integer(strict=True, validate=validate.Range(5, 10_080), metadata={
        "description": "For how long a lead is put off; by default as the settings say."})


class HandlingDone(Answer):
    id = fields.String(required=True)
    lead_id = fields.String(required=True)
    hot_change = fields.Integer(required=True, metadata={
        "description": "The number of the lead's change into hot."})
    kind = fields.String(required=True, validate=_KIND)
    user_id = fields.String(required=True)
    by = fields.String(required=True)
    channel = fields.String(required=True)
    until = fields.DateTime(required=True, allow_none=True)
    before = fields.Dict(required=True)
    after = fields.Dict(required=True)
    at = fields.DateTime(required=True)
    undone_at = fields.DateTime(required=True, allow_none=True)
    undone_by = fields.String(required=True, allow_none=True)


class Handled(Answer):
    verdict = fields.String(required=True, validate=validate.OneOf(
        ["done", "same", "taken", "closed", "old", "gone", "nobody"]))
    said = fields.String(required=True)
    handling = fields.Nested(HandlingDone, required=True, allow_none=True)


class HandlingList(Answer):
    data = fields.List(fields.Nested(HandlingDone), required=True)


class TakeQuery(Strict):
    do = Text(load_default="claim", validate=_KIND)


class UserChannel(Strict):
    channel = Text(40, required=True)
    address = Text(320, required=True)
    kinds = fields.List(Text(20, validate=validate.OneOf(WISHED_KINDS)), load_default=list(WISHED_KINDS))
    quiet_from = Text(5, allow_none=True, load_default=None, validate=_CLOCK, metadata={"example": "20:00"})
    quiet_until = Text(5, allow_none=True, load_default=None, validate=_CLOCK, metadata={"example": "07:00"})
    always_hot = fields.Boolean(load_default=False)


class UserChannels(Strict):
    data = fields.List(fields.Nested(UserChannel), required=True, validate=validate.Length(max=20))


class ChannelChoices(Answer):
    channels = fields.List(fields.String(), required=True)
    kinds = fields.List(fields.String(), required=True)


class UserChannelTold(Answer):
    channel = fields.String(required=True)
    address = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    quiet_from = fields.String(required=True, allow_none=True)
    quiet_until = fields.String(required=True, allow_none=True)
    always_hot = fields.Boolean(required=True)


class UserChannelList(Answer):
    data = fields.List(fields.Nested(UserChannelTold), required=True)
