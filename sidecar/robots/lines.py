"""Judgements for the command line: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from sidecar.robots.crowd import Crowd
from sidecar.robots.judging import judge_deeds
from sidecar.robots.reading import Deed, flat, read

# Whose an event is: the first of these that it has, in whatever case and at any depth.
_WHOSE: Final = (
    "person", "personid", "personkey", "contact", "contactid", "lead", "leadid", "mailbox", "mailboxid",
    "recipient", "recipientid", "recipientemail", "email", "emailaddress", "to", "rcptto", "rcpt",
    "subscriber", "subscriberid", "profileid", "customerid", "user", "userid", "key", "anonymousid",
    "visitor", "visitorid")


def judge_lines(lines: Iterable[str]) -> Iterator[str]:
    """Each line's event again with `machine`: the code, or null; empty lines are skipped, a line that is no
    event is answered {"machine": null, "error"}. Events of one person (or mailbox) are judged together,
    whatever their order, and with what the same address did for others; those that name nobody
    are their mail's, or one person's."""
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
    """A name of whom an event is about; else its mail, which is one recipient's."""
    told = flat(event)
    for name in _WHOSE:
        if isinstance(value := told.get(name), str | int) and str(value).strip():
            return str(value).strip().lower()
    return read(event).message or ""
