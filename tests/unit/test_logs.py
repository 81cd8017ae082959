"""Logs hold no personal data."""

import json
import logging

from sidecar.logs import JsonFormatter


def test_a_record_is_one_json_object():
    record = logging.LogRecord("x", logging.INFO, "f", 1, "hello %s", ("jane@example.com",), None)
    record.route = "/v1/leads"
    entry = json.loads(JsonFormatter().format(record))
    assert entry["message"] == "hello [email]"
    assert entry["route"] == "/v1/leads"
