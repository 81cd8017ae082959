"""The terms of the sandbox: a provider's twin and what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# status, body, content type, headers
Reply = tuple[int, str, str, dict[str, str]]
JSON = "application/json"

# What may be asked of every twin; `slow` is the server's own.
BEHAVIOURS = ("missing", "pending", "throttle", "quota", "refuse", "unauthorized", "down", "slow",
              "garbled", "nulls", "booleans", "contradict")


def reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON answer."""
    return status, json.dumps(value), JSON, dict(headers or {})


def first_value(params: Mapping[str, Any]) -> str:
    """The subject of most requests: the parameter that stands first."""
    return str(next(iter(params.values()), ""))


@dataclass(frozen=True, slots=True)
class Twin:
    """A provider's double: it knows invented people and companies and answers in the provider's shape.

    `name` is the provider's; `operations` gives the provider's operation for each path;
    `answer(operation, subject, behaviour, times)` is asked for a subject (an address, a domain, …) for
    the so-many-th time; behaviour is "" or one of BEHAVIOURS. `subject` finds the subject among the
    parameters of a request: its query, or its JSON body when there is no query.
    """

    name: str
    operations: Mapping[str, str]
    answer: Callable[[str, str, str, int], Reply]
    subject: Callable[[Mapping[str, Any]], str] = first_value

    def asked(self, path: str, params: Mapping[str, Any]) -> tuple[str, str]:
        """The operation and the subject of a request."""
        return self.operations[path], self.subject(params)
