"""Settings: declared as fields of dataclasses, read from environment variables.

Field `x` is the variable `SIDECAR_X`; `SIDECAR_X_FILE` may name a file that holds the value instead.
What is in neither is looked up in the JSON object {variable: value} of the file SIDECAR_SETTINGS_FILE: in
the deployment one secret file brings everything that people set, whatever channel it belongs to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import Field, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_REQUIRED = object()
_SETTINGS_FILE = "SIDECAR_SETTINGS_FILE"


class SettingsError(ValueError):
    """A setting is missing or wrong; the message names it and says what is expected."""


def text(value: str) -> str:
    """Any text."""
    return value


def integer(low: int, high: int) -> Callable[[str], int]:
    """A whole number between two, both included."""
    def read(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError(f"must be between {low} and {high}")
        return number

    return read


def url(*schemes: str) -> Callable[[str], str]:
    """A URL of one of the schemes, without a slash at its end."""
    def read(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not (parts.netloc or parts.query):
            raise ValueError(f"must be a URL that starts with {' or '.join(schemes)}://")
        return value.rstrip("/")

    return read


def optional(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """None for an empty value."""
    return lambda value: read(value) if value else None


def listing(value: str) -> tuple[str, ...]:
    """Texts, separated by commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def boolean(value: str) -> bool:
    """true or false."""
    if value.lower() not in ("true", "false"):
        raise ValueError("must be true or false")
    return value.lower() == "true"


def one_of(*names: str) -> Callable[[str], str]:
    """One of these."""
    def read(value: str) -> str:
        if value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return value

    return read


def secret(value: str) -> str:
    """At least 32 characters."""
    if len(value) < 32:
        raise ValueError("must have at least 32 characters")
    return value


def setting(help_: str, read: Callable[[str], Any] = text, default: Any = _REQUIRED) -> Any:
    """A dataclass field that is a setting; `read` raises ValueError, `default` is a text that it reads."""
    return field(metadata={"help": help_, "read": read, "default": default})


def explained(*declared: type) -> dict[str, tuple[str, str | None]]:
    """The variables of these dataclasses, in order: {variable: (what it is, its default or None)}."""
    return {
        _name(item): (item.metadata["help"], None if item.metadata["default"] is _REQUIRED
                      else item.metadata["default"])
        for made in declared for item in _settings(made)}


def read(environ: Mapping[str, str], *declared: type) -> list[dict[str, Any]]:
    """The settings of each of these dataclasses. Raises SettingsError that names every wrong one."""
    problems: list[str] = []
    environ = _with_file(environ, problems)
    values = [
        {item.name: _read(environ, item, problems) for item in _settings(made)} for made in declared]
    if problems:
        raise SettingsError("\n".join(problems))
    return values


def _read(environ: Mapping[str, str], item: Field[Any], problems: list[str]) -> Any:
    name = _name(item)
    try:
        raw = _raw(environ, name)
        if raw is None:
            raw = item.metadata["default"]
        if raw is not _REQUIRED:
            return item.metadata["read"](raw)
        problems.append(f"{name} is not set: {item.metadata['help']}")
    except (ValueError, OSError) as error:
        problems.append(f"{name} is wrong: {error}")
    return None


def _with_file(environ: Mapping[str, str], problems: list[str]) -> Mapping[str, str]:
    if not (path := environ.get(_SETTINGS_FILE)):
        return environ
    try:
        known = json.loads(Path(path).read_text(encoding="utf-8"))
        given = {name for variable in environ for name in (variable, variable.removesuffix("_FILE"))}
        return {name: str(value) for name, value in known.items() if name not in given} | dict(environ)
    except (ValueError, AttributeError, OSError) as error:
        problems.append(f"{_SETTINGS_FILE} is wrong: {error}")
        return environ


def _raw(environ: Mapping[str, str], name: str) -> str | None:
    if path := environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return environ.get(name)


def _settings(declared: type) -> list[Field[Any]]:
    return [item for item in fields(declared) if "read" in item.metadata]


def _name(item: Field[Any]) -> str:
    return f"SIDECAR_{item.name.upper()}"
