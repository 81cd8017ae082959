"""Sparse answers: `fields=id,score,contact.email` leaves out everything else."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields

Path = tuple[str, ...]
# Always included: it says how to read the rest.
_ALWAYS = ("masked",)
_MOST = 100


class FieldPaths(fields.String):
    """A comma-separated list of a schema's fields, dots between levels, as paths."""

    def __init__(self, schema: type[Schema], **more: Any) -> None:
        self._of = schema()
        super().__init__(**more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more) or ""
        paths = [tuple(name.strip().split(".")) for name in text.split(",", _MOST)]
        for path in paths:
            if not _knows(self._of, path):
                raise ValidationError(f"There is no field {'.'.join(path)[:100]!r}.")
        return paths


def _knows(schema: Schema, path: Path) -> bool:
    field = schema.fields.get(path[0])
    if field is None or len(path) == 1:
        return field is not None
    if isinstance(field, fields.Nested):
        return not field.many and _knows(field.schema, path[1:])
    # A map of the sender's own names: one level of them.
    return isinstance(field, fields.Dict) and len(path) == 2


def project(row: dict[str, Any], paths: list[Path]) -> dict[str, Any]:
    """The requested fields of a row, in the row's order; unknown ones stay absent or null."""
    wanted: dict[str, list[Path]] = {}
    for path in paths:
        wanted.setdefault(path[0], []).append(path[1:])
    return {
        name: value if name not in wanted or () in wanted[name] or not isinstance(value, dict)
        else project(value, wanted[name])
        for name, value in row.items() if name in wanted or name in _ALWAYS
    }
