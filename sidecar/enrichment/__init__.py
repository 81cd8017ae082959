"""Enrichment: whom to ask what, how to read the answer, how to merge it. Pure functions."""

from __future__ import annotations

import importlib
import pkgutil
from types import MappingProxyType
from typing import Any

from sidecar.enrichment import providers as _folder
from sidecar.enrichment.model import Provider

# One file per provider in providers/, each with a PROVIDER.
PROVIDERS: MappingProxyType[str, Provider] = MappingProxyType({
    provider.name: provider
    for provider in (
        importlib.import_module(f"{_folder.__name__}.{module.name}").PROVIDER
        for module in pkgutil.iter_modules(_folder.__path__)
    )
})


def catalogue() -> list[dict[str, Any]]:
    """The providers as JSON: what those who deploy and the n8n nodes need of them."""
    return [
        {
            "name": provider.name,
            "title": provider.title,
            "key_setting": provider.key_setting,
            "auth": {"location": provider.auth.location, "name": provider.auth.name},
            "hosts": list(provider.hosts),
        }
        for provider in PROVIDERS.values()
    ]
