"""What becomes of a lead that leaves its run."""

from __future__ import annotations

import pytest

from sidecar.pipeline.closing import ended, failed_alone, finished, given_back, let_go, run_failed


def held(**more):
    return {"lead_id": "a", "stage": "scored", "attempts": 2, "waits": 1, "requeue": False,
            "max_batch": 50, "rounds": 1, "step": "plan", "left_at": None, "passes": 0, "size": 1,
            "passed_by": False, "in_call": False} | more


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
    assert summary(leaving) == expected and leaving["max_batch"] == 500 and not leaving["kept"]


@pytest.mark.parametrize("size, attempts, stage, max_batch", [
    (500, 9, "queued", 50), (51, 0, "queued", 50), (50, 9, "queued", 1), (2, 9, "queued", 1),
    (1, 1, "queued", 1), (1, 2, "dead", 1),
])
def test_a_lead_whose_batch_failed(size, attempts, stage, max_batch):
    leaving = given_back(held(attempts=attempts, size=size), "batch_failed", "poison", 3)
    assert summary(leaving) == (stage, min(300, 2**attempts), attempts + 1, 1, "batch_failed")
    assert (leaving["max_batch"], leaving["reason"]) == (max_batch, "poison")


@pytest.mark.parametrize("attempts, stage", [(0, "queued"), (1, "queued"), (2, "dead")])
def test_a_lead_that_failed_alone(attempts, stage):
    leaving = failed_alone(held(attempts=attempts), "score_failed", "why", 3)
    assert summary(leaving) == (stage, 60, attempts + 1, 1, "score_failed")
    assert leaving["max_batch"] == 50


@pytest.mark.parametrize("lead, stage, attempts, code", [
    (held(stage="leased"), "dead", 3, "lease_expired"),
    (held(stage="leased", attempts=0), "queued", 1, "lease_expired"),
    (held(stage="leased", size=2), "queued", 3, "lease_expired"),
    (held(), "queued", 2, "passed_by"),
    (held(passes=1), "let_go", 2, "passed_by"),
    (held(stage="leased", passed_by=True), "queued", 2, "passed_by"),
    (held(stage="leased", passed_by=True, passes=1), "let_go", 2, "passed_by"),
    (held(stage="leased", left_at="plan"), "let_go", 2, "passed_by"),
    (held(stage="leased", left_at="plan", size=500), "queued", 3, "lease_expired"),
    (held(stage="leased", left_at="plan", size=500, passes=1), "let_go", 2, "passed_by"),
    (held(stage="leased", left_at="claim"), "dead", 3, "lease_expired"),
    (held(stage="leased", left_at="plan", in_call=True), "dead", 3, "lease_expired"),
    (held(stage="leased", requeue=True), "queued", 2, None),
])
def test_a_lead_whose_lease_ended(lead, stage, attempts, code):
    leaving = ended(lead, 3)
    assert (leaving["stage"], leaving["attempts"], leaving["code"]) == (stage, attempts, code)
    assert leaving["kept"] == (not lead["requeue"])


def lost_again_and_again(lead, step):
    """The sizes of the claims of a lead whose every claim ends at this step, and how it ends."""
    sizes = []
    while lead["stage"] == "leased":
        sizes.append(lead["size"])
        left = ended(lead | {"step": step}, 3)
        lead |= {name: left[name] for name in ("attempts", "passes", "left_at", "max_batch")} | {
            "size": left["max_batch"], "stage": "leased" if left["stage"] == "queued" else left["stage"]}
    return sizes, lead["stage"]


@pytest.mark.parametrize("size, sizes", [(500, [500, 50, 1]), (50, [50, 1]), (1, [1, 1])])
@pytest.mark.parametrize("step", ["claim", "plan"])
def test_a_lead_that_is_lost_again_and_again_comes_alone_before_it_is_let_go(size, sizes, step):
    lead = held(stage="leased", attempts=0, size=size, max_batch=size)
    assert lost_again_and_again(lead, step) == (sizes, "let_go")


def test_a_failed_run_is_an_attempt_unless_the_lead_was_scored():
    assert summary(run_failed(held(stage="leased"), 3))[::2] == ("dead", 3, "execution_failed")
    assert summary(run_failed(held(), 3))[::2] == ("queued", 2, "execution_failed")


@pytest.mark.parametrize("how, stage, due_in", [("skipped", "done", 0), ("done", "done", 0),
                                                ("later", "waiting", 1800)])
def test_a_lead_that_the_flow_lets_go(how, stage, due_in):
    leaving = let_go(held(), how, "why", 30)
    assert (leaving["stage"], leaving["due_in"], leaving["code"]) == (stage, due_in, how)
