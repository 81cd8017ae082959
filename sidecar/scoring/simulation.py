"""What another model would change: grades, and the rules that changed them; alerts; how scores are spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sidecar.scoring.checking import RESERVED
from sidecar.terms.states import GRADES

TENTHS: Final = 10
WEEKS: Final = 4  # whose new leads tell how many alerts a week there are
SHOWN_LEADS: Final = 100
SHOWN_RULES: Final = 50


def tenth(total: float) -> int:
    """Which tenth of the scale a total of 0 to 100 points is in: 0 to 9."""
    return min(TENTHS - 1, int(total / TENTHS))


class Simulation:
    """Leads scored by the models in force and by those that would be, added one after the other; it stays
    small, however many they are."""

    def __init__(self, now: datetime) -> None:
        self._lately = now - timedelta(weeks=WEEKS)
        self._grades: Counter[tuple[str, str]] = Counter()
        self._rules: dict[tuple[str, str], Counter[str]] = {}
        self._spread = {"before": [0] * TENTHS, "after": [0] * TENTHS}
        self._alerts = {"before": 0, "after": 0}
        self._changed: list[dict[str, Any]] = []
        self._moved = 0.0

    def add(self, lead_id: str, created_at: datetime, before: Mapping[str, Any], after: Mapping[str, Any],
            called: Mapping[str, Any]) -> None:
        """A lead with its two scores, and what it is called in the list of those that change."""
        for name, score in (("before", before), ("after", after)):
            self._spread[name][tenth(score["total"])] += 1
            self._alerts[name] += score["grade"] == "hot" and created_at >= self._lately
        self._grades[before["grade"], after["grade"]] += 1
        self._moved += after["total"] - before["total"]
        if before["grade"] == after["grade"]:
            return
        component, rule, points = cause(before, after)
        told = self._rules.setdefault((component, rule), Counter())
        told["up" if GRADES.index(after["grade"]) < GRADES.index(before["grade"]) else "down"] += 1
        if len(self._changed) < SHOWN_LEADS:
            self._changed.append({
                "lead_id": lead_id, **called, "from": before["grade"], "to": after["grade"],
                "before": before["total"], "after": after["total"],
                "because": {"component": component, "rule": rule, "points": points}})

    def result(self, all_leads: int) -> dict[str, Any]:
        """{leads, of, changed, mean_change, grades: [{from, to, leads}], rules: [{component, rule, up,
        down}], those that decided most first, alerts_a_week: {before, after, more}, distribution: {before,
        after}: leads by tenth of the scale, leads_changed: the first 100}. Alerts are those of all leads, if
        these are as the others."""
        leads = self._grades.total()
        scale = all_leads / leads / WEEKS if leads else 0.0
        alerts = {name: round(count * scale, 1) for name, count in self._alerts.items()}
        rules = sorted(self._rules.items(), key=lambda item: (-item[1].total(), item[0]))[:SHOWN_RULES]
        return {
            "leads": leads, "of": all_leads,
            "changed": sum(n for (one, other), n in self._grades.items() if one != other),
            "mean_change": round(self._moved / leads, 2) if leads else 0.0,
            "grades": [{"from": one, "to": other, "leads": self._grades[one, other]}
                       for one in GRADES for other in GRADES],
            "rules": [{"component": component, "rule": rule, "up": told["up"], "down": told["down"]}
                      for (component, rule), told in rules],
            "alerts_a_week": alerts | {"more": round(alerts["after"] - alerts["before"], 1)},
            "distribution": self._spread, "leads_changed": self._changed,
        }


def cause(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str, float]:
    """(component, rule, points of the total) of the rule that moved a score most in the direction in which
    its grade went; ("total", "thresholds", 0) where none did: then the bands did it."""
    moved: Counter[tuple[str, str]] = Counter()
    for score, sign in ((before, -1), (after, 1)):
        for reason in score["reasons"]:
            if reason["rule"] in RESERVED:  # what follows from the points of rules
                continue
            weight = score["weights"].get(reason["component"], 1)
            moved[reason["component"], reason["rule"]] += sign * weight * reason["points"]
    up = GRADES.index(after["grade"]) < GRADES.index(before["grade"])
    if not moved:
        return "total", "thresholds", 0.0
    (component, rule), points = max(moved.items(), key=lambda item: (item[1] if up else -item[1], item[0]))
    if (points if up else -points) <= 0:
        return "total", "thresholds", 0.0
    return component, rule, round(points, 2)
