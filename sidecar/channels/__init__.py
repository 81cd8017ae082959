"""Messages to people: who is told, what they read, and how it reaches them.

One file per channel in this folder, found by its `CHANNEL`; `model.py` says what a channel is. Everything
but a channel's `send` is pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from sidecar.channels.model import Channel


def _discover() -> Mapping[str, type[Channel]]:
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    channels: list[type[Channel]] = [module.CHANNEL for module in modules if hasattr(module, "CHANNEL")]
    return MappingProxyType({channel.name: channel for channel in channels})


CHANNELS = _discover()
