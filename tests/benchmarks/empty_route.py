"""The sidecar with one route more, which asks for a sign-in and does nothing, and the same without metrics
or spans: peers of benchmarks."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Flask
from prometheus_client.metrics import MetricWrapperBase

from sidecar import app
from sidecar.api import metrics, schemas
from sidecar.api.endpoint import endpoint
from sidecar.engine import Engine
from sidecar.services.access import Caller
from sidecar.store import database

bp = Blueprint("empty", __name__)


@endpoint(bp, "GET", "/v1/empty", scope="leads:read", answer=schemas.Empty())
def empty(engine: Engine, caller: Caller) -> Any:
    """Nothing."""
    return {}


class Nothing:
    """A metric that counts nothing."""

    def labels(self, *values: object) -> Nothing:
        """Itself."""
        return self

    def time(self) -> Nothing:
        """Itself."""
        return self

    def inc(self, *amount: object) -> None:
        """Nothing."""

    dec = observe = __enter__ = __exit__ = inc


def create_unmeasured() -> Flask:
    """The sidecar and the route, where nothing is counted."""
    for module in [module for name, module in sys.modules.items() if name.startswith("sidecar.")]:
        for name, value in list(vars(module).items()):
            if isinstance(value, MetricWrapperBase):
                setattr(module, name, Nothing())
    metrics.init_app = lambda app, read: None
    return create_app()


def create_untraced() -> Flask:
    """The sidecar and the route, where no request and no transaction looks whether it is traced."""
    nothing = nullcontext()
    app.tracing = database.tracing = SimpleNamespace(
        start=lambda *_: None, note=lambda **_: None, of_request=lambda *_: nothing,
        span=lambda *_, **__: nothing)
    return create_app()


def create_app() -> Flask:
    """The sidecar and the route."""
    made = app.create_app()
    made.register_blueprint(bp)
    return made
