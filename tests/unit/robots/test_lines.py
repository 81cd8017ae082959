"""Judgements on the command line."""

from __future__ import annotations

import json

from sidecar.robots import judge_lines


def test_each_line_comes_back_with_its_mark() -> None:
    lines = [
        json.dumps({"email": "A@example.com", "event": "click", "timestamp": 1790000000 + place / 10,
                    "url": f"/{place}"})
        for place in range(4)]
    other = {"event-data": {
        "recipient": "b@example.com", "event": "clicked", "timestamp": 1790000000, "url": "/1"}}
    told = [json.loads(line) for line in judge_lines([*lines, "\n", json.dumps(other), "nonsense", "[1]"])]
    assert [row["machine"] for row in told] == ["burst"] * 4 + [None] * 3
    assert told[0] | {"machine": None} == json.loads(lines[0]) | {"machine": None}
    assert told[4]["event-data"] == other["event-data"]
    assert all(row["error"] for row in told[5:])


def test_whose_an_event_is_is_read_in_any_words_else_by_its_mail() -> None:
    def lines(**name: str) -> list[str]:
        return [json.dumps({"event": "click", "timestamp": 1790000000, "url": f"/{place}"} | name)
                for place in (1, 2)]

    for name in ({"MailboxID": "a"}, {"Recipient": "a@b.c"}, {"person_key": "1"}, {"message_id": "m1"}):
        assert [json.loads(line)["machine"] for line in judge_lines(lines(**name))] == ["burst"] * 2
    apart = [json.loads(line) | {"message_id": str(number)} for number, line in enumerate(lines())]
    assert [json.loads(line)["machine"] for line in judge_lines(map(json.dumps, apart))] == [None] * 2
