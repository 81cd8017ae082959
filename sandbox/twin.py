"""The terms of the sandbox: a provider's twin and what it answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# status, body, content type, headers
Reply = tuple[int, str, str, dict[str, str]]
JSON = "application/json"

# What may be asked of every twin; `slow` is the server's own.
BEHAVIOURS = ("missing", "pending", "throttle", "quota", "refuse", "unauthorized", "down", "slow",
              "garbled", "nulls", "booleans", "contradict", "catchall", "invalid")


def reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON answer."""
    return status, json.dumps(value), JSON, dict(headers or {})


def plain(text: str, status: int, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer in plain text."""
    return status, text, "text/plain", dict(headers or {})


def first_value(params: Mapping[str, Any]) -> str:
    """The subject of most requests: the parameter that stands first."""
    return str(next(iter(params.values()), ""))


def person_asked(params: Mapping[str, Any]) -> str:
    """The subject of what is asked about a person: their address, else one made of what is said of them."""
    if params.get("email"):
        return str(params["email"])
    name = str(params.get("full_name") or params.get("name") or "").split(" ")
    first, last = params.get("first_name") or name[0], params.get("last_name") or name[-1]
    company = params.get("domain") or params.get("company") or params.get("company_name") or params.get(
        "organization_name")
    if first and last and company:
        host = company if "." in company else f"{company.replace(' ', '-')}.example"
        return f"{first}.{last}@{host}".lower()
    handle = str(params.get("linkedin_url") or params.get("linkedin_handle") or params.get("profile") or "")
    return f"{handle.rstrip('/').rpartition('/')[2]}@linkedin.example"


def ok(operation: str, status: int) -> bool:
    """What most providers bill: what they find."""
    return status == 200


@dataclass(frozen=True, slots=True)
class Twin:
    """A provider's double: it knows invented people and companies and answers in the provider's shape.

    `name` is the provider's; `operations` gives the provider's operation for each path (where several have
    one path `choose` finds it by the parameters; a path may have parts in braces, which are parameters);
    `answer(operation, subject, behaviour, times)` is asked for a subject (an address, a domain, …) for
    the so-many-th time; behaviour is "" or one of BEHAVIOURS. `subject` finds the subject among the
    parameters of a request: those in its path, its query, and its JSON body. `billed(operation, status)`:
    whether it costs a credit.
    """

    name: str
    operations: Mapping[str, str]
    answer: Callable[[str, str, str, int], Reply]
    subject: Callable[[Mapping[str, Any]], str] = first_value
    choose: Callable[[Mapping[str, Any]], str] | None = None
    billed: Callable[[str, int], bool] = ok

    def asked(self, path: str, params: Mapping[str, Any]) -> tuple[str, str]:
        """The operation and the subject of a request. Raises LookupError for a path that is not there."""
        for known, operation in self.operations.items():
            if found := re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", known), path):
                params = found.groupdict() | dict(params)
                return self.choose(params) if self.choose else operation, self.subject(params)
        raise LookupError(path)
