"""Enrichment: whom to ask what, how to read the answer, how to merge it. Pure functions."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

from sidecar.enrichment import providers as _folder
from sidecar.enrichment.model import Auth, Operation, Provider

# One file per provider in providers/, each with a PROVIDER.
PROVIDERS: MappingProxyType[str, Provider] = MappingProxyType({
    provider.name: provider
    for provider in (
        importlib.import_module(f"{_folder.__name__}.{module.name}").PROVIDER
        for module in pkgutil.iter_modules(_folder.__path__)
    )
})


@cache
def operation_of(provider: str, name: str) -> Operation:
    """A provider's operation by name."""
    return PROVIDERS[provider].operation(name)


def priced(prices: Mapping[str, tuple[float, float]]) -> Mapping[str, Provider]:
    """The providers with what their operations cost here: {"provider" or "provider.operation": (USD for what
    is found, for a miss)}. Raises ValueError for a name that is none."""
    known = {name for provider in PROVIDERS.values() for name in (
        provider.name, *(f"{provider.name}.{operation.name}" for operation in provider.operations))}
    if unknown := sorted(prices.keys() - known):
        raise ValueError(f"there is no {unknown[0]}")
    if not prices:
        return PROVIDERS
    return {provider.name: replace(provider, operations=tuple(
        replace(operation, price_found=price[0], price_missing=price[1]) if price else operation
        for operation in provider.operations
        for price in (prices.get(f"{provider.name}.{operation.name}") or prices.get(provider.name),)
    )) for provider in PROVIDERS.values()}


def catalogue() -> list[dict[str, Any]]:
    """The providers as JSON: what those who deploy and the n8n nodes need of them. `auth` is null for one
    that needs no key; `web` stands there for one that is asked at the companies' own sites."""
    return [
        {
            "name": provider.name,
            "title": provider.title,
            "key_setting": provider.key_setting,
            "auth": _auth(provider.auth) if provider.auth else None,
            "hosts": list(provider.hosts),
        } | ({"web": True} if provider.web else {})
        for provider in PROVIDERS.values()
    ]


def _auth(auth: Auth) -> dict[str, str]:
    return {"location": auth.location, "name": auth.name} | ({"prefix": auth.prefix} if auth.prefix else {})
