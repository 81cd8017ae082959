"""The rule kinds: every module of this folder that exposes `KIND`, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from sidecar.scoring.subject import Kind


def _discover() -> Mapping[str, Kind]:
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    kinds: list[Kind] = [module.KIND for module in modules]
    return MappingProxyType({kind.name: kind for kind in kinds})


KINDS = _discover()
