"""Mappings that are kept: a file whose header stands as that of an earlier one is read as that was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from sidecar.engine import Engine
from sidecar.errors import NotFound
from sidecar.services.audit import Actor, record
from sidecar.store import import_mappings as store
from sidecar.store.database import Cursor, Row

_UNKNOWN_COLUMNS, _SOURCE = "custom", "import"  # when nobody says otherwise


@dataclass(frozen=True)
class Mapped:
    """What was said of a file's columns: field by column, what becomes of unknown ones, source of its
    rows."""

    mapping: dict[str, str]
    unknown_columns: str = _UNKNOWN_COLUMNS
    source: str = _SOURCE

    def over(self, saved: Mapped) -> Mapped:
        """What was said now, and where nothing was said what was saved."""
        return Mapped(
            saved.mapping | self.mapping,
            saved.unknown_columns if self.unknown_columns == _UNKNOWN_COLUMNS else self.unknown_columns,
            saved.source if self.source == _SOURCE else self.source)


def _signature(engine: Engine, header: Sequence[str]) -> str:
    return engine.hash("header", *(name.casefold() for name in header))


def known(engine: Engine, cursor: Cursor) -> Callable[[list[str]], bool]:
    """What tells whether a mapping was saved for a header."""
    signatures = store.signatures(cursor)
    return lambda names: bool(signatures) and _signature(engine, names) in signatures


def of_header(engine: Engine, cursor: Cursor, header: Sequence[str]) -> tuple[str, Mapped] | None:
    """(name, what was saved) for files with this header."""
    row = store.of_signature(cursor, _signature(engine, header))
    if row is None:
        return None
    saved = Mapped(**engine.vault.open(row["mapping"]))
    return row["name"], Mapped(
        {name: saved.mapping[name.casefold()] for name in header if name.casefold() in saved.mapping},
        saved.unknown_columns, saved.source)


def save(engine: Engine, cursor: Cursor, name: str, header: Sequence[str], mapped: Mapped, by: str) -> None:
    """Read files with this header so from now on; another mapping for it, or of this name, is replaced."""
    kept = Mapped({column.casefold(): field for column, field in mapped.mapping.items()},
                  mapped.unknown_columns, mapped.source)
    store.save(cursor, name, _signature(engine, header), engine.vault.seal(asdict(kept)), by)


def listed(engine: Engine) -> list[Row]:
    """All saved mappings by name: [{name, source, mapping, created_by, created_at, updated_at}]."""
    with engine.database.read() as cursor:
        rows = store.every(cursor)
    return [row | asdict(Mapped(**engine.vault.open(row.pop("mapping")))) for row in rows]


def forget(engine: Engine, name: str, *, by: Actor) -> None:
    """Files with that header are read by its names again. Raises NotFound."""
    with engine.database.write() as cursor:
        if not store.forget(cursor, name):
            raise NotFound("There is no saved mapping of this name.")
        record(cursor, by, "import_mapping.deleted", "import_mapping", name)
