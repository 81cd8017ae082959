"""Outgoing webhooks, decided: which events a change causes, how they are signed, where they may go, and what
becomes of a delivery. Pure.
"""

from sidecar.webhooks.addresses import Target, is_public, target_of
from sidecar.webhooks.delivery import MAX_ATTEMPTS, Answer, Turn, after, seconds_to_wait
from sidecar.webhooks.events import (
    Event,
    of_assignments,
    of_edit,
    of_employer,
    of_enrichment,
    of_intake,
    of_leaving,
    of_refusals,
    of_score,
    of_touches,
)
from sidecar.webhooks.signing import new_secret, signature

__all__ = [
    "MAX_ATTEMPTS", "Answer", "Event", "Target", "Turn", "after", "is_public", "new_secret",
    "of_assignments", "of_edit", "of_employer", "of_enrichment", "of_intake", "of_leaving", "of_refusals",
    "of_score", "of_touches", "seconds_to_wait", "signature", "target_of",
]
