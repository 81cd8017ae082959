"""What a lead's receipt says."""

from __future__ import annotations

from sidecar.enrichment.receipt import WHY_STOPPED, why_stopped
from sidecar.terms.states import STOPS


def test_every_reason_to_stop_has_its_words():
    assert WHY_STOPPED.keys() == set(STOPS)
    assert why_stopped(None, "done") is None


def test_a_lead_that_waited_long_enough_waits_no_more():
    assert why_stopped("waiting", "waiting") == WHY_STOPPED["waiting"] != why_stopped("waiting", "done")
