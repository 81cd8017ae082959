"""Lists of leads that people keep."""

from __future__ import annotations

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer, Edit, Strict, Text, Whole, Word

_MOST_COLUMNS = 40


def _columns() -> fields.List[str]:
    return fields.List(Word(60), validate=validate.Length(max=_MOST_COLUMNS), load_default=list, metadata={
        "description": "Names of columns in their order; empty: the usual ones."})


class ViewAdd(Strict):
    name = Word(80, required=True)
    query = Text(2000, required=True, metadata={
        "description": "The list as the dashboard's address has it, e.g. grade=hot&received=yesterday"})
    columns = _columns()
    shared = fields.Boolean(load_default=False)


class ViewEdit(Edit):
    name = Word(80)
    query = Text(2000)
    columns = fields.List(Word(60), validate=validate.Length(max=_MOST_COLUMNS))
    shared = fields.Boolean()


class View(Answer):
    id = fields.String(required=True)
    name = fields.String(required=True)
    query = fields.String(required=True)
    columns = fields.List(fields.String(), required=True)
    shared = fields.Boolean(required=True)
    mine = fields.Boolean(required=True)
    kept_by = fields.String(required=True, allow_none=True)


class UsualList(Strict):
    columns = _columns()
    limit = Whole(10, 200, load_default=None, allow_none=True)


class ViewList(Answer):
    data = fields.List(fields.Nested(View), required=True)
    usual = fields.Nested(UsualList, required=True)
