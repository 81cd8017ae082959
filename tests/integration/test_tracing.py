"""Traces: what is sent to a collector, here a fake one that reads OTLP as the real ones do."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from uuid import uuid4

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sidecar import tracing
from sidecar.channels.email import Email
from sidecar.pipeline import messages
from sidecar.store import facts
from tests.integration.test_pipeline import claim, run

PERSON = {"email": "zita@quillfeather.example", "first_name": "Zita", "last_name": "Quillfeather",
          "phone": "+1 202-555-0143", "company_name": "Quillfeather Inc.", "message": "Ring Zita",
          "source": "demo request"}


class Collector(ThreadingHTTPServer):
    """A fake OTLP collector: keeps what it is sent, or answers nothing while it is `held`."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.bodies, self.asked, self.free = [], Event(), Event()
        self.free.set()

    def spans(self):
        """What came so far: [(span, {attribute: value})]."""
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    found += [(span, {told.key: getattr(told.value, told.value.WhichOneof("value"))
                                      for told in span.attributes}) for span in scope.spans]
        return found


class Answers(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.set()
        self.server.free.wait()
        self.server.bodies.append(body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def collector():
    with Collector() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        tracing.start(f"http://127.0.0.1:{server.server_port}/v1/traces", 1.0)
        yield server
        server.free.set()
        tracing.stop()
        server.shutdown()


def sent(collector):
    """All spans, once they are sent."""
    tracing.stop()
    return collector.spans()


def test_a_lead_s_way_is_traced_and_nobody_is_named(api, engine, collector):
    request_id = uuid4().hex
    headers = api.headers | {"X-Request-Id": request_id}
    [result] = api.client.post("/v1/leads", json=PERSON, headers=headers).json["results"]
    run(api, claim(api))
    by_mail = replace(engine, settings=replace(engine.settings, channels={"email": Email(
        smtp_url="smtp://127.0.0.1:1", mail_from="leads@example.com", mail_to=("zita@quillfeather.example",),
        operations_mail_to=())}))
    with engine.database.write() as cursor:
        messages.owe_hot(by_mail, cursor, [(row, 1) for row in facts.load(cursor, [result["lead_id"]])])
    with tracing.of_request("POST", None):
        messages.notify_stored(by_mail, [result["lead_id"]])
    api.get(f"/v1/leads?q={PERSON['email']}")
    api.get(f"/v1/{PERSON['email']}")
    api.client.open("/v1/leads", method="ZITA", headers=api.headers)
    found = sent(collector)
    by_name = defaultdict(list)
    for span, told in found:
        by_name[span.name].append((span, told))
    assert by_name.keys() == {"GET", "POST", "other", "transaction", "plan calls", "provider call",
                              "send message"}
    allowed = {tracing._NAMES.get(name, f"sidecar.{name}") for name in tracing.Told.__annotations__}
    assert {name for _, told in found for name in told} <= allowed | {"error.type"}
    for word in (b"zita", b"quillfeather", b"0143", b"5550143", b"Ring"):
        assert not any(word.lower() in body.lower() for body in collector.bodies), word
    posted = next(span for span, told in by_name["POST"] if told["sidecar.request"] == request_id)
    assert posted.trace_id.hex() == request_id, "the trace of a request has its id"
    inner = [span for span, told in by_name["transaction"] if span.trace_id == posted.trace_id]
    assert inner and {span.parent_span_id for span in inner} == {posted.span_id}
    call = by_name["provider call"][0][1]
    assert call["sidecar.outcome"] and call["sidecar.provider"] and call["sidecar.sandbox"] is True
    assert by_name["send message"][0][1]["sidecar.channel"] == "email"
    routes = {told.get("http.route") for _, told in by_name["GET"]}
    assert routes == {"/v1/leads", "none"}


def test_a_request_goes_on_with_the_trace_that_it_belongs_to(api, collector):
    trace, parent = uuid4().hex, "00f067aa0ba902b7"
    for flags in ("01", "00"):
        api.client.get("/v1/fields", headers=api.headers | {"Traceparent": f"00-{trace}-{parent}-{flags}"})
    api.client.get("/v1/fields", headers=api.headers | {"Traceparent": "nonsense"})
    asked = [span for span, told in sent(collector) if told.get("http.route") == "/v1/fields"]
    assert [(span.trace_id.hex(), span.parent_span_id.hex()) for span in asked[:1]] == [(trace, parent)]
    assert len(asked) == 2 and asked[1].trace_id.hex() != trace, "what is not kept before is not kept here"


def test_what_is_asked_outside_belongs_to_the_trace(collector):
    assert tracing.carried(tracing.headers)() == {}
    with tracing.of_request("GET", None):
        carried = tracing.carried(tracing.headers)
        inside = tracing.headers()["traceparent"]
    told = []
    thread = Thread(target=lambda: told.append(carried()["traceparent"]))
    thread.start()
    thread.join()
    assert told == [inside]


def test_an_error_is_told_by_its_class(collector):
    with pytest.raises(ValueError), tracing.of_request("GET", None):
        raise ValueError("zita@quillfeather.example")
    [(span, told)] = sent(collector)
    assert told["error.type"] == "ValueError" and span.status.code == 2
    assert not span.status.message and not span.events


def test_a_collector_that_does_not_answer_holds_nobody_up(api, collector):
    """It answers nothing until all is done here; what it cannot take is thrown away."""
    collector.free.clear()
    for _ in range(600):
        with tracing.of_request("GET", None):
            pass
    assert collector.asked.wait(20)
    for _ in range(3000):
        with tracing.of_request("GET", None):
            pass
    assert api.get("/v1/fields").status_code == 200
    assert collector.bodies == []


def test_what_belongs_to_no_request_begins_no_trace(engine, collector):
    with engine.database.read() as cursor, tracing.span("plan calls"):
        cursor.execute("SELECT 1")
    assert sent(collector) == []


def test_a_collector_that_is_gone_holds_nobody_up(api):
    tracing.start("http://127.0.0.1:1/v1/traces", 1.0)
    try:
        assert api.get("/v1/fields").status_code == 200
    finally:
        tracing.stop()


def test_of_none_of_the_traces_nothing_is_kept(api, collector):
    tracing.stop()
    tracing.start(f"http://127.0.0.1:{collector.server_port}/v1/traces", 0.0)
    api.get("/v1/fields")
    assert sent(collector) == []


def test_without_a_collector_nothing_that_traces_is_imported():
    """(redis imports the SDK's metrics by itself, where it is installed.)"""
    done = subprocess.run(
        [sys.executable, "-c", "import sys\nimport sidecar.app\nfrom sidecar import tracing\n"
         "tracing.start(None, 1.0)\n"
         "with tracing.span('work'), tracing.of_request('GET', None):\n    tracing.note(status=200)\n"
         "assert tracing.headers() == {}\n"
         "print([name for name in sys.modules if name.startswith(\n"
         "    ('opentelemetry.exporter', 'opentelemetry.sdk.trace', 'opentelemetry.proto', 'google'))])"],
        capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
