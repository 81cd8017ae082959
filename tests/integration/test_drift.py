"""Scores and outcomes by month are counted now and then, and told as metrics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sidecar.services.figures import figures
from sidecar.store import drift
from sidecar.store.database import many
from tests.integration.test_models import leads, no_models  # noqa: F401


@pytest.fixture(autouse=True)
def nothing(engine):
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM score_months")


def test_leads_count_by_their_first_score_and_outcomes_by_the_last_before(api, engine):
    ids = leads(api, 4)
    now = datetime.now(UTC)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE leads SET is_test = true WHERE id = %s", (ids[3],))
        cursor.execute("UPDATE lead_scores SET calculated_at = %s, total_score = 1500",
                       (now - timedelta(days=3),))
        cursor.execute("INSERT INTO lead_scores (lead_id, total_score, grade, breakdown, model_version,"
                       " calculated_at) SELECT id, 9900, 'hot', '{}', 'x', %s FROM leads", (now,))
        cursor.execute("UPDATE leads SET status = 'converted' WHERE id = %s", (ids[0],))
        cursor.execute("UPDATE leads SET status = 'lost' WHERE id = %s", (ids[1],))
    for _ in range(2):  # counted twice it is the same
        with engine.database.write() as cursor:
            drift.refresh(cursor)
        with engine.database.read() as cursor:
            rows = many(cursor, "SELECT tenth, leads, won, lost FROM score_months")
        assert [dict(row) for row in rows] == [{"tenth": 1, "leads": 3, "won": 1, "lost": 1}]
    told = figures(engine)
    scores, outcomes, month = told["scores"], told["score_outcomes"], f"{now:%Y-%m}"
    assert scores[month, "1"] == 3 and scores[month, "9"] == 0 and outcomes[month, "1", "won"] == 1
    assert told["score_stability_index"][month,] == 0 and told["score_calibration_error"][()] == 0
    assert len(scores) == 20 and len(outcomes) == 40


def test_what_was_erased_is_counted_no_more(api, engine):
    leads(api, 2)
    with engine.database.write() as cursor:
        drift.refresh(cursor)
        cursor.execute("DELETE FROM leads")
        drift.refresh(cursor)
        assert many(cursor, "SELECT * FROM score_months") == []
