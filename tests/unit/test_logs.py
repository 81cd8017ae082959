"""Logs hold no personal data."""

import json
import logging

import pytest

from sidecar.logs import JsonFormatter, mask


@pytest.mark.parametrize("text", [
    "no jane.roe+x@example.com here", "call +49 30 1234567 now", "Key (email)=(a@b.example)"])
def test_addresses_and_numbers_are_masked(text):
    masked = mask(text)
    assert "@" not in masked
    assert "1234567" not in masked


def test_a_record_is_one_json_object():
    record = logging.LogRecord("x", logging.INFO, "f", 1, "hello %s", ("jane@example.com",), None)
    record.route = "/v1/leads"
    entry = json.loads(JsonFormatter().format(record))
    assert entry["message"] == "hello [email]"
    assert entry["route"] == "/v1/leads"
