"""One file per provider, each with a TWIN; found by their presence."""

from __future__ import annotations

import importlib
import pkgutil
from types import MappingProxyType

from sandbox.twin import Twin

TWINS: MappingProxyType[str, Twin] = MappingProxyType({
    twin.name: twin
    for twin in (importlib.import_module(f"{__name__}.{module.name}").TWIN
                 for module in pkgutil.iter_modules(__path__))
})
