"""Judgements for the command line: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sidecar.robots.crowd import Crowd
from sidecar.robots.judging import judge_deeds
from sidecar.robots.reading import Deed, read

# Whose an event is: the first of these that it has.
_WHOSE = ("person", "person_id", "contact_id", "lead_id", "mailbox", "recipient", "email", "Recipient",
          "Email", "to", "rcpt_to", "user_id", "userId", "anonymous_id", "anonymousId")


def judge_lines(lines: Iterable[str]) -> Iterator[str]:
    """Each line's event again with `machine`: the code, or null; empty lines are skipped, a line that is no
    event is answered {"machine": null, "error"}. Events of one person (or mailbox) are judged together,
    whatever their order, and with what the same address did for others; those that name nobody
    are one person's."""
    events: list[dict[str, Any] | None] = []
    for line in lines:
        if line.strip():
            try:
                event = json.loads(line)
            except (ValueError, RecursionError):
                event = None
            events.append(event if isinstance(event, dict) else None)
    people: dict[str, list[int]] = defaultdict(list)
    deeds: dict[int, Deed] = {}
    for number, event in enumerate(events):
        if event is not None:
            people[_whose(event)].append(number)
            deeds[number] = read(event)
    crowd = Crowd((whose, deeds[number]) for whose, numbers in people.items() for number in numbers)
    marks: dict[int, str | None] = {}
    for numbers in people.values():
        marks.update(zip(numbers, judge_deeds([deeds[number] for number in numbers], crowd), strict=True))
    for number, event in enumerate(events):
        yield json.dumps({"machine": None, "error": "The line is no JSON object."} if event is None
                         else event | {"machine": marks[number]}, ensure_ascii=False)


def _whose(event: Mapping[str, Any]) -> str:
    inner = event.get("event-data")
    for part in (event, inner if isinstance(inner, Mapping) else {}, event.get("context") or {}):
        for name in _WHOSE:
            if isinstance(part, Mapping) and isinstance(value := part.get(name), str | int):
                return str(value).strip().lower()
    return ""
