"""What another routing model would change: who gets how many hot leads, by which rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from sidecar.routing.deciding import Decision

SHOWN_LEADS: Final = 100


class Simulation:
    """Leads decided about by the model in force and by another one, added one after the other. That somebody
    else's turn it is follows from every change, and is none."""

    def __init__(self) -> None:
        self._people = {"before": Counter[str](), "after": Counter[str]()}
        self._rules = {"before": Counter[str](), "after": Counter[str]()}
        self._leads = self._changed = 0
        self._shown: list[dict[str, Any]] = []

    def add(self, lead_id: str, before: Decision, after: Decision, called: Mapping[str, Any]) -> None:
        """A lead with both decisions, and what it is called in the list of those that change."""
        self._leads += 1
        for name, decision in (("before", before), ("after", after)):
            self._people[name][decision.user_id] += 1
            self._rules[name][decision.rule] += 1
        if before[2:] != after[2:]:  # by another rule, or in another pool
            self._changed += 1
            if len(self._shown) < SHOWN_LEADS:
                self._shown.append({"lead_id": lead_id, **called, "from": before, "to": after})

    def result(self, of: int, emails: Mapping[str, str]) -> dict[str, Any]:
        """{leads, of, changed, people: [{owner, before, after}], rules: [{rule, before, after}], those with
        the most leads first, leads_changed: [{lead_id, …, from, to}], each {rule, owner, reason}, the first
        100}. `of`: how many leads there are; `emails`: of users by id."""
        return {
            "leads": self._leads, "of": of, "changed": self._changed,
            "people": [{"owner": emails[one], **told} for one, told in _both(self._people)],
            "rules": [{"rule": rule, **told} for rule, told in _both(self._rules)],
            "leads_changed": [
                row | {name: {
                    "rule": row[name].rule, "owner": emails[row[name].user_id], "reason": row[name].reason}
                    for name in ("from", "to")} for row in self._shown]}


def _both(counts: Mapping[str, Counter[str]]) -> list[tuple[str, dict[str, int]]]:
    names = sorted({*counts["before"], *counts["after"]},
                   key=lambda name: (-counts["after"][name], -counts["before"][name], name))
    return [(name, {when: counts[when][name] for when in counts}) for name in names]
