"""Versions of models: drafted, edited, compared, published, taken out of force, put in force again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.errors import Conflict, Invalid, NotFound, PreconditionFailed
from sidecar.scoring.validation import Problem
from sidecar.services.audit import Actor, record
from sidecar.store import versions as store
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged

_NO_ID: Final = 2**63


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of one kind of model. Each key has its own; it is None where there is one model alone.

    `kind` is what the audit log calls it, `named_by` what tells by which version it was made. `shipped` is
    the model of this release, `wrong` tells what is wrong with a model in itself, `amiss` what keeps a
    version without such problems from being published as things stand: [{pointer into it, code, detail}];
    `changed` what one model says differently than another, in words.
    """

    table: store.Table
    kind: str
    named_by: str
    shipped: Callable[[], Mapping[str, Any]]
    wrong: Callable[[object], list[Problem]]
    amiss: Callable[[Cursor, Row], list[dict[str, str]]]
    changed: Callable[[Mapping[str, Any], Mapping[str, Any]], list[str]]

    def listed(
        self, engine: Engine, *, limit: int, after: int | None, key: str | None = None, state: str | None
    ) -> tuple[list[Row], list[Any] | None]:
        """(versions without what they say, where the next page begins or None), the newest first."""
        with engine.database.read() as cursor:
            rows, following = paged(
                store.page(cursor, self.table, limit + 1, after, key=key, state=state), limit)
        return [_brief(row) for row in rows], following

    def read(self, engine: Engine, model_id: int) -> Row:
        """One version, whole, with what keeps it from being published. Raises NotFound."""
        with engine.database.read() as cursor:
            return self._shown(cursor, self.found(cursor, model_id))

    def create(
        self, engine: Engine, *, key: str | None = None, definition: Mapping[str, Any] | None,
        based_on: int | None, by: Actor,
    ) -> Row:
        """A draft: of `definition`, else as the version `based_on`, else as the version in force of its key,
        else as the model that is shipped. It may be wrong as yet. Raises NotFound for a version that is none.
        """
        with engine.database.write() as cursor:
            store.lock(cursor, self.table)
            origin = self.found(cursor, based_on) if based_on is not None else None
            if origin is None and definition is None:
                origin = store.published(cursor, self.table, key)
            if definition is None:
                definition = origin["definition"] if origin else self.shipped()
            row = store.add(cursor, self.table, key, definition, by.name,
                            based_on=origin["id"] if origin else None)
            self._record(cursor, by, "drafted", row["id"], after=_named(row))
            return self._shown(cursor, row)

    def edit(
        self, engine: Engine, model_id: int, definition: Mapping[str, Any], *, by: Actor,
        versions: frozenset[str] | None,
    ) -> Row:
        """What a draft says. Raises NotFound, PreconditionFailed, Conflict for what is no draft."""
        with engine.database.write() as cursor:
            row = self.found(cursor, model_id, lock=True, versions=versions)
            if row["state"] != "draft":
                raise Conflict("Only a draft can be changed; make a new one based on this version.")
            store.edit(cursor, self.table, model_id, {**definition, "version": row["version"]})
            self._record(cursor, by, "edited", model_id, after=_named(row))
            return self._shown(cursor, self.found(cursor, model_id))

    def delete(self, engine: Engine, model_id: int, *, by: Actor, versions: frozenset[str] | None) -> None:
        """Throw a draft away. Raises NotFound, PreconditionFailed, Conflict for what is no draft."""
        with engine.database.write() as cursor:
            row = self.found(cursor, model_id, lock=True, versions=versions)
            if row["state"] != "draft":
                raise Conflict(
                    f"Only a draft can be deleted: {self.named_by} tell by which version they were made.")
            store.remove(cursor, self.table, model_id)
            self._record(cursor, by, "deleted", model_id, before=_named(row))

    def publish(
        self, engine: Engine, model_id: int, *, by: Actor, versions: frozenset[str] | None = None
    ) -> Row:
        """Put a version in force in place of the one of its key that is. A draft becomes that version itself;
        an old version comes into force as a new one that says the same. Raises NotFound, PreconditionFailed,
        Conflict when it is in force; Invalid, with a pointer to each place, for what cannot be used."""
        with engine.database.write() as cursor:
            store.lock(cursor, self.table)
            row = self.found(cursor, model_id, lock=True, versions=versions)
            if row["state"] == "published":
                raise Conflict("This version is in force already.")
            self._refuse(self._problems(cursor, row))
            key = row.get("key")
            if row["state"] != "draft":
                row = store.add(cursor, self.table, key, row["definition"], by.name, based_on=row["id"])
            before = store.published(cursor, self.table, key)
            store.retire(cursor, self.table, key, by.name)
            store.publish(cursor, self.table, row["id"], by.name)
            self._record(cursor, by, "published", row["id"],
                         before=before and {"model_version": before["version"]}, after=_named(row))
            return self._shown(cursor, self.found(cursor, row["id"]))

    def retire(self, engine: Engine, model_id: int, *, by: Actor, versions: frozenset[str] | None) -> Row:
        """Take a model out of force: the others, else the one that is shipped, stand in for it. Raises
        NotFound, PreconditionFailed, Conflict when it is not in force."""
        with engine.database.write() as cursor:
            store.lock(cursor, self.table)
            row = self.found(cursor, model_id, lock=True, versions=versions)
            if row["state"] != "published":
                raise Conflict("This version is not in force.")
            store.retire(cursor, self.table, row.get("key"), by.name)
            self._record(cursor, by, "retired", model_id, before=_named(row))
            return self._shown(cursor, self.found(cursor, model_id))

    def differences(self, engine: Engine, model_id: int, other_id: int) -> dict[str, Any]:
        """What a version says differently than another, in words: {from, to, changes}. Raises NotFound,
        Invalid."""
        with engine.database.read() as cursor:
            one, other = self.found(cursor, other_id), self.found(cursor, model_id)
        self.check(one["definition"])
        self.check(other["definition"])
        return {"from": one["version"], "to": other["version"],
                "changes": self.changed(one["definition"], other["definition"])}

    def check(self, definition: object) -> None:
        """Raises Invalid, with a pointer to each place, for what is no such model."""
        self._refuse(self._wrong(definition))

    def found(
        self, cursor: Cursor, model_id: int, *, lock: bool = False, versions: Iterable[str] | None = None
    ) -> Row:
        """A version as it is stored. Raises NotFound, PreconditionFailed where it is none of `versions`."""
        row = store.get(cursor, self.table, model_id, lock=lock) if model_id < _NO_ID else None
        if row is None:
            raise NotFound(f"There is no such {self._what}.")
        if versions is not None and str(row["edits"]) not in versions:
            raise PreconditionFailed("Somebody else changed this model meanwhile; load it again.")
        return row

    @property
    def _what(self) -> str:
        return self.kind.replace("_", " ")

    def _wrong(self, definition: object) -> list[dict[str, str]]:
        return [{"pointer": problem.pointer, "code": "invalid", "detail": problem.detail}
                for problem in self.wrong(definition)]

    def _problems(self, cursor: Cursor, row: Row) -> list[dict[str, str]]:
        return self._wrong(row["definition"]) or self.amiss(cursor, row)

    def _refuse(self, problems: list[dict[str, str]]) -> None:
        if problems:
            raise Invalid(f"This is no {self._what} that can be used; see errors.", errors=[
                problem | {"pointer": f"/definition{problem['pointer']}"} for problem in problems])

    def _record(self, cursor: Cursor, by: Actor, deed: str, model_id: int, **told: Any) -> None:
        record(cursor, by, f"{self.kind}.{deed}", self.kind, str(model_id), **told)

    def _shown(self, cursor: Cursor, row: Row) -> Row:
        return _brief(row) | {"definition": row["definition"], "problems": self._problems(cursor, row)}


def _named(row: Row) -> dict[str, Any]:
    """A version as the audit log names it."""
    return ({"key": row["key"]} if "key" in row else {}) | {"model_version": row["version"]}


def _brief(row: Row) -> Row:
    told = {name: value for name, value in row.items() if name not in ("version", "edits", "definition")}
    return told | {"model_version": row["version"], "version": row["edits"]}
