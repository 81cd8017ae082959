"""Scoring: how good is this lead, and why; a pure function of facts, model and time."""

from sidecar.scoring.checking import check_model
from sidecar.scoring.default import default_model
from sidecar.scoring.engine import score
from sidecar.scoring.intake import facts_of_lead, intake_event
from sidecar.scoring.lines import score_lines

__all__ = [
    "check_model", "default_model", "facts_of_lead", "intake_event", "score", "score_lines",
]
