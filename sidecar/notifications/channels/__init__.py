"""The channels: every module of this folder that exposes `CHANNEL`, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from sidecar.notifications.content import Channel


def _discover() -> Mapping[str, Channel]:
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    channels: list[Channel] = [module.CHANNEL for module in modules]
    return MappingProxyType({channel.name: channel for channel in channels})


CHANNELS = _discover()
