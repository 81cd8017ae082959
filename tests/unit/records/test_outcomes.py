"""What other systems call a won lead and a lost one."""

from __future__ import annotations

import pytest

from sidecar.records.outcomes import outcome_of


@pytest.mark.parametrize("said", [
    "won", "Closed Won", "closedwon", "closed-won", "CLOSED_WON", "Closed - Won",
    "Closed: Converted", "Deal won", "Kunde", "gagné", "sí", "TRUE", "1",
    "Won (renewal)", "Abgeschlossen: gewonnen"])
def test_won(said):
    assert outcome_of(said) is True


@pytest.mark.parametrize("said", [
    "lost", "Closed Lost", "closedlost", "Closed-Lost to Competition", "Closed - Not Converted",
    "Lost - price", "not converted", "Not won", "Junk Lead", "Lost Lead", "Not Qualified", "nein", "0",
    "false", "Verloren", "Lost (won by another)"])
def test_lost(said):
    assert outcome_of(said) is False


@pytest.mark.parametrize("said", [
    None, "", "-1", "2", "Negotiation", "Closed", "Open - Not Contacted", "Qualified", "potential customer",
    ">50K"])
def test_neither(said):
    assert outcome_of(said) is None
