"""Traces with OpenTelemetry: spans of what happens to a request, sent by OTLP over HTTP where that is set.

Without that nothing of it is imported here, and a span is nothing. What a span may tell is `Told`:
names and numbers of ours, no person, no text that somebody sent.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack, cast

from sidecar import __version__, logs

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

_SECONDS: Final = 5.0  # that the collector may take for a request
_END_SECONDS: Final = 2.0  # that a process which ends waits for it
_METHODS: Final = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
_PLAIN: Final = re.compile(r"[\w./<>: -]{1,100}", re.ASCII)
_AN_ID: Final = re.compile(r"(?!0{32})[\da-f]{32}", re.ASCII)
_NOTHING: Final = nullcontext()

_provider: TracerProvider | None = None
_tracer: Tracer | None = None


class Told(TypedDict, total=False):
    """All that spans tell."""

    method: str
    route: str
    status: int
    request: str
    write: bool
    leads: int
    calls: int
    provider: str
    operation: str
    sandbox: bool
    outcome: str
    call: str
    channel: str
    kind: str
    message: str


# As OpenTelemetry's conventions call what they know.
_NAMES: Final = {
    "method": "http.request.method", "route": "http.route", "status": "http.response.status_code"}


def start(endpoint: str | None, ratio: float) -> None:
    """Send spans of this share of the traces to a collector; None: nothing. A request that belongs to a trace
    is sampled as that was. Raises ImportError without the extra `trace`."""
    global _provider, _tracer
    if endpoint is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

    class Ids(RandomIdGenerator):
        """The trace of a request has its id, where that may be one: the edge's may."""

        def generate_trace_id(self) -> int:
            at_work = logs.request_id() or ""
            return int(at_work, 16) if _AN_ID.fullmatch(at_work) else super().generate_trace_id()

    _provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(ratio), id_generator=Ids(), shutdown_on_exit=False,
        resource=Resource.create({"service.name": "sidecar", "service.version": __version__}))
    # A thread of its own sends; while the collector does not answer, spans are thrown away.
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint, timeout=_SECONDS)))
    _tracer = _provider.get_tracer("sidecar")


def stop() -> None:
    """Send what is left, for two seconds at most, and trace no more."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider:
        last = threading.Thread(target=provider.force_flush, name="last spans", daemon=True)
        last.start()
        last.join(_END_SECONDS)


def span(name: str, **told: Unpack[Told]) -> AbstractContextManager[Any]:
    """A part of the trace at work; nothing where none is: what looks for work each second is no trace."""
    if _tracer is None:
        return _NOTHING
    from opentelemetry.trace import get_current_span

    return _open(name, told) if get_current_span().get_span_context().is_valid else _NOTHING


def of_request(method: str, traceparent: str | None) -> AbstractContextManager[Any]:
    """The span of a request that came, in the trace that it belongs to."""
    if _tracer is None:
        return _NOTHING
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    known = method if method in _METHODS else "other"
    told = Told(method=known, request=logs.request_id() or "")
    context = TraceContextTextMapPropagator().extract({"traceparent": traceparent} if traceparent else {})
    return _open(known, told, context=context, kind=SpanKind.SERVER)


def note(**told: Unpack[Told]) -> None:
    """Add this to the span at work."""
    if _tracer is not None:
        from opentelemetry.trace import get_current_span

        get_current_span().set_attributes(_plain(told))


def ended(name: str, ms: int, **told: Unpack[Told]) -> None:
    """A span that ended now and took so many milliseconds."""
    if _tracer is not None:
        now = time.time_ns()
        _tracer.start_span(name, attributes=_plain(told), start_time=now - ms * 1_000_000).end(now)


def headers() -> dict[str, str]:
    """What a request of ours says of the trace that it belongs to (W3C Trace Context)."""
    if _tracer is None:
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    made: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(made)
    return made


def carried(function: Callable[[], Any]) -> Callable[[], Any]:
    """The function, for another thread: its spans belong to the trace at work here."""
    if _tracer is None:
        return function
    from opentelemetry.context import attach, detach, get_current

    at_work = get_current()

    def call() -> Any:
        before = attach(at_work)
        try:
            return function()
        finally:
            detach(before)

    return call


@contextmanager
def _open(name: str, told: Told, **more: Any) -> Iterator[None]:
    from opentelemetry.trace import StatusCode

    # What went wrong is told by its class alone: messages quote what people sent.
    with cast("Tracer", _tracer).start_as_current_span(
            name, attributes=_plain(told), record_exception=False, set_status_on_exception=False,
            **more) as opened:
        try:
            yield
        except BaseException as error:
            opened.set_attribute("error.type", type(error).__name__)
            opened.set_status(StatusCode.ERROR)
            raise


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        _NAMES.get(name, f"sidecar.{name}"): value if not isinstance(value, str) or _PLAIN.fullmatch(value)
        else "other" for name, value in told.items()}
