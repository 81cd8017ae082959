"""The sources there are: one file per source in this folder, each with a SOURCE."""

from __future__ import annotations

import importlib
import pkgutil
from types import MappingProxyType
from typing import Any

from sidecar import sources as _folder
from sidecar.sources.model import Source


def _discover() -> dict[str, Source]:
    modules = (
        importlib.import_module(f"{_folder.__name__}.{found.name}")
        for found in pkgutil.iter_modules(_folder.__path__) if f"{_folder.__name__}.{found.name}" != __name__)
    sources: list[Source] = [module.SOURCE for module in modules if hasattr(module, "SOURCE")]
    return {source.name: source for source in sources}


SOURCES: MappingProxyType[str, Source] = MappingProxyType(_discover())


def catalogue() -> list[dict[str, Any]]:
    """The sources whose vendors are asked, as JSON: what the n8n nodes need of them."""
    return [
        {"name": source.name, "title": source.title, "key_title": source.api.key_title,
         "auth": {"location": "header", "name": source.api.header, "prefix": source.api.prefix},
         "hosts": list(source.api.hosts)}
        for source in SOURCES.values() if source.api]
