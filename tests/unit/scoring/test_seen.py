"""What is kept of a score is enough to make it again."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sidecar.scoring import default_model, score
from sidecar.scoring.seen import digest, machines, marks, seen, then_known

FACTS = {
    "contact": {"id": "1", "seniority": "vp", "email": "pat@acme.example", "consent": {"a": 1},
                "phone": None},
    "organization": {"id": "2", "employee_count": 12, "annual_revenue": 1.5}, "lead": {"custom": {"b": [1]}}}
EVENTS = [{"type": "demo_request", "occurred_at": datetime(2026, 1, 1, tzinfo=UTC), "properties": {}}]
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def test_only_what_rules_may_look_at_is_kept():
    kept = seen(FACTS)
    assert kept["contact"] == {"seniority": "vp", "email": "pat@acme.example"}
    assert kept["organization"] == {"employee_count": 12, "annual_revenue": 1.5}
    assert seen({"contact": None}) == {"contact": {}, "organization": {}, "lead": {}}


def test_a_score_comes_out_the_same_of_what_was_kept():
    kept = json.loads(json.dumps(seen(FACTS)))
    model = default_model()
    assert score(then_known(kept, None, EVENTS), model, NOW) == score(FACTS | {"events": EVENTS}, model, NOW)


def test_digests_tell_differences():
    assert digest(seen(FACTS)) == digest(json.loads(json.dumps(seen(FACTS))))
    other = seen(FACTS | {"organization": {"employee_count": 13}})
    assert digest(other) != digest(seen(FACTS))


def test_machines_are_kept_by_place():
    events = [{"machine": "burst"}, {}, {"machine": None}, {"machine": "burst"}, {"machine": "hidden_link"}]
    kept = machines(events)
    assert kept == {"burst": [0, 3], "hidden_link": [4]}
    assert marks(kept) == {0: "burst", 3: "burst", 4: "hidden_link"}
    assert machines([{}]) is None and marks(None) == {}
