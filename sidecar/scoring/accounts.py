"""The score of an account: what the people of one company say of it together.

Sums would make a large company of lukewarm people the hottest one. So the best person counts whole and the
others close part of what is left to 100, each the half of the one before: of a total t of the second best,
t/100 · 1/2 of the rest, of the third t/100 · 1/4, and so on. An account is never below its best person, never
above 100, and one more person never lowers it; two hot ones are more than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sidecar.scoring.compiling import FULL, Model, compiled
from sidecar.scoring.subject import hundredths

# Others beside the best; what one more would add is less than a rounding.
_OTHERS: Final = 6
MOST_PEOPLE: Final = _OTHERS + 1  # who can count


def score_account(people: Iterable[Mapping[str, Any]], model: Mapping[str, Any] | Model,
                  previous_grade: str | None = None) -> dict[str, Any]:
    """The score of a company. `people`: {"id", "total" (0 to 100)} of each, of one person one; the model's
    thresholds tell the grade.

    Returns {"total", "grade", "people" (how many), "reasons": [{"id", "points", "text"}]}; the reasons add up
    to the total exactly. Of equal people the order does not matter: they are told by id.
    """
    ranked = sorted(
        ((min(max(hundredths(person["total"]), 0), FULL), str(person["id"])) for person in people),
        key=lambda person: (-person[0], person[1]))
    reasons: list[dict[str, Any]] = []
    total = 0
    for place, (points, one) in enumerate(ranked[:MOST_PEOPLE]):
        more = points if place == 0 else (FULL - total) * points // (FULL * 2 ** place)
        if more or place == 0:
            closes = f"{points / 100 / 2 ** place:.3g} % of what is left to 100"
            text = "The best person" if place == 0 else f"Another with {points / 100:g} points: {closes}"
            reasons.append({"id": one, "points": more / 100, "text": text})
        total += more
    return {"total": total / 100, "grade": compiled(model).grade(total, previous_grade),
            "people": len(ranked), "reasons": reasons}
