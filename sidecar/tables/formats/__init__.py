"""Kinds of files: one module each, found by what the file is, never by its name (`model.Format`)."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from sidecar.tables.model import Format


def _discover() -> tuple[Format, ...]:
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    found = [module for module in modules if hasattr(module, "NAME")]
    return tuple(sorted(found, key=lambda module: module.NAME == "text"))  # a text is what nothing else is


FORMATS: Final = _discover()
BY_NAME: Final = {module.NAME: module for module in FORMATS}
