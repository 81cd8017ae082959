"""Consent of two contacts that are one person."""

from __future__ import annotations

import pytest

from sidecar.enrichment.consent import merge_consent


@pytest.mark.parametrize(("kept", "lost", "merged"), [
    ({"marketing": True}, {}, {"marketing": True}),
    ({}, {"marketing": True}, {"marketing": True}),
    ({"marketing": True}, {"marketing": False}, {"marketing": False}),
    ({"marketing": False}, {"marketing": True}, {"marketing": False}),
    ({"marketing": "yes"}, {"marketing": "Opt-out"}, {"marketing": "Opt-out"}),
    ({"mail": True, "phone": False}, {"mail": False, "phone": True}, {"mail": False, "phone": False}),
    ({"unsubscribed": False}, {"unsubscribed": True}, {"unsubscribed": True}),
    ({"unsubscribed": True}, {"unsubscribed": False}, {"unsubscribed": True}),
    ({"marketing": True, "at": "2026"}, {"marketing": False, "at": "2025"},
     {"marketing": False, "at": "2025"}),
    ({"mail": {"granted": True, "at": "2026"}}, {"mail": {"granted": False, "at": "2025"}},
     {"mail": {"granted": False, "at": "2025"}}),
    ({"mail": {"granted": True}}, {"mail": False}, {"mail": False}),
])
def test_a_withdrawn_consent_wins(kept, lost, merged):
    assert merge_consent(kept, lost) == merged
