"""What becomes of a lead that leaves its batch."""

from __future__ import annotations

import pytest

from sidecar.pipeline.closing import failed_alone, finished, given_back


def held(**more):
    return {"lead_id": "a", "stage": "scored", "attempts": 2, "waits": 1, "requeue": False,
            "max_batch": 50} | more


def summary(leaving):
    return leaving["stage"], leaving["due_in"], leaving["attempts"], leaving["waits"], leaving["code"]


@pytest.mark.parametrize("lead, wait, expected", [
    (held(), None, ("done", 0, 0, 1, None)),
    (held(), 60, ("waiting", 60, 0, 2, "provider_pending")),
    (held(requeue=True), 60, ("queued", 0, 0, 1, None)),
    (held(stage="leased"), None, ("queued", 4, 3, 1, None)),
    (held(stage="leased"), 60, ("queued", 4, 3, 1, None)),
    (held(stage="leased", requeue=True), None, ("queued", 0, 3, 1, None)),
    (held(stage="leased", attempts=20), None, ("queued", 300, 20, 1, None)),
])
def test_a_finished_lead(lead, wait, expected):
    leaving = finished(lead, wait, 500)
    assert summary(leaving) == expected and leaving["max_batch"] == 500


@pytest.mark.parametrize("size, attempts, stage, max_batch", [
    (500, 9, "queued", 50), (51, 0, "queued", 50), (50, 9, "queued", 1), (2, 9, "queued", 1),
    (1, 1, "queued", 1), (1, 2, "dead", 1),
])
def test_a_lead_whose_batch_failed(size, attempts, stage, max_batch):
    leaving = given_back(held(attempts=attempts), size, "batch_failed", "poison", 3)
    assert summary(leaving) == (stage, min(300, 2**attempts), attempts + 1, 1, "batch_failed")
    assert (leaving["max_batch"], leaving["reason"]) == (max_batch, "poison")


@pytest.mark.parametrize("attempts, stage", [(0, "queued"), (1, "queued"), (2, "dead")])
def test_a_lead_that_failed_alone(attempts, stage):
    leaving = failed_alone(held(attempts=attempts), "score_failed", "why", 3)
    assert summary(leaving) == (stage, 60, attempts + 1, 1, "score_failed")
    assert leaving["max_batch"] == 50
