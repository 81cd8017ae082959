"""What all schemas are made of: fields that take only what Postgres can hold, pages, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from sidecar.ids import is_id
from sidecar.records.text import is_storable

MAX_LEADS = 1000


def clean(text: str) -> None:
    """Refuse text that Postgres cannot hold: NUL and lone surrogates."""
    if not is_storable(text):
        raise ValidationError("Control characters are not accepted.")


class Text(fields.String):
    """A bounded string that Postgres can hold."""

    def __init__(self, longest: int = 200, **more: Any) -> None:
        extra = more.pop("validate", [])
        checks = [validate.Length(max=longest), clean, *(extra if isinstance(extra, list) else [extra])]
        super().__init__(validate=checks, **more)


class Word(Text):
    """A string to compare and filter by: of something, without blanks around it."""

    def __init__(self, longest: int = 200, **more: Any) -> None:
        super().__init__(longest, validate=validate.Length(min=1), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        return text.strip() if isinstance(text, str) else text


class Moment(fields.AwareDateTime):
    """A time with its zone, as UTC: Postgres knows fewer zones and years than ISO 8601."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> datetime:
        found: datetime = super()._deserialize(value, attr, data, **more)
        try:
            return found.astimezone(UTC)
        except OverflowError:
            raise ValidationError("This time is out of range.") from None


class Id(fields.String):
    """A UUID as text."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not is_id(value):
            raise ValidationError("This is not an id.")
        return str(value).lower()


class Ids(fields.List[str]):
    """At least `least` and at most `most` UUIDs as text. (A list that is right is read at once, without a
    look at each by the library: steps are sent hundreds of ids.)"""

    def __init__(self, most: int, least: int = 0, **more: Any) -> None:
        super().__init__(Id(), validate=validate.Length(least or None, most), **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and all(map(is_id, value)):
            return [text.lower() for text in value]
        return super()._deserialize(value, attr, data, **kwargs)


class Whole(fields.Integer):
    """An integer that is one in JSON too: no strings, no booleans."""

    def __init__(self, low: int, high: int, **more: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(low, high), **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("This must be a whole number.")
        return super()._deserialize(value, attr, data, **kwargs)


class QueryWhole(fields.Integer):
    """An integer in a query string."""

    def __init__(self, low: int, high: int, **more: Any) -> None:
        super().__init__(validate=validate.Range(low, high), **more)


class Answer(Schema):
    """What is answered. It documents and tests; no answer is made by it, nor checked in production."""


class Strict(Schema):
    """Unknown fields are refused by name. `example`: what `sent_as` says."""

    example: ClassVar[Mapping[str, Any] | None] = None

    class Meta:
        unknown = RAISE


_Body = TypeVar("_Body", bound=type[Strict])


def sent_as(example: Mapping[str, Any]) -> Callable[[_Body], _Body]:
    """Give a body an example, where one that is made of its schema would not do."""
    def keep(schema: _Body) -> _Body:
        schema.example = example
        return schema

    return keep


class Edit(Strict):
    """What is to change; it names one field at least."""

    @validates_schema
    def some(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Send at least one field.")


class FieldError(Answer):
    pointer = fields.String(required=True)
    code = fields.String()
    detail = fields.String(required=True)


class FieldWarning(Answer):
    pointer = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String()
    value = fields.Raw(allow_none=True, metadata={
        "description": "There when the value is left out or cut: as it was sent, at most 500 characters."})
    did_you_mean = fields.String(metadata={"description": "The address that email_typo proposes."})


class Empty(Strict):
    """No members."""


class PageQuery(Strict):
    limit = QueryWhole(1, 200, load_default=50)
    cursor = Text(200)


class SearchQuery(PageQuery):
    q = Text(100)


class Page(Answer):
    """A page of anything; every list has a page of its own that says of what."""

    data = fields.List(fields.Dict(), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": "The next page's cursor."})


def page_of(schema: type[Schema]) -> dict[str, fields.Field[Any]]:
    """The members of a page of these."""
    return {"data": fields.List(fields.Nested(schema), required=True),
            "next": fields.String(required=True, allow_none=True,
                                  metadata={"description": "The next page's cursor."})}
