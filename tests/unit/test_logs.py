"""Logs hold no personal data."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor

from sidecar import logs
from sidecar.logs import JsonFormatter


def test_a_record_is_one_json_object():
    record = logging.LogRecord("x", logging.INFO, "f", 1, "hello %s", ("jane@example.com",), None)
    record.route = "/v1/leads"
    entry = json.loads(JsonFormatter().format(record))
    assert entry["message"] == "hello [email]"
    assert entry["route"] == "/v1/leads"


def line():
    record = logging.LogRecord("x", logging.INFO, "f", 1, "done", None, None)
    return json.loads(JsonFormatter().format(record))


def test_a_line_names_what_is_at_work_also_in_threads_that_it_began():
    logs.begin("5f0c1d2e3b4a5968")
    try:
        carried = logs.carried(line)
        assert line()["request_id"] == "5f0c1d2e3b4a5968"
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(line).result()["request_id"] is None
            assert pool.submit(carried).result()["request_id"] == "5f0c1d2e3b4a5968"
    finally:
        logs.begin(None)


def test_the_time_is_universal():
    record = logging.LogRecord("x", logging.INFO, "f", 1, "done", None, None)
    record.created, record.msecs = 1_800_000_000.25, 250.0
    assert json.loads(JsonFormatter().format(record))["time"] == "2027-01-15T08:00:00.250Z"
