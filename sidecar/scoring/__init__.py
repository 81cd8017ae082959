"""Scoring: how good is this lead, and why; a pure function of facts, model and time."""

from sidecar.scoring.accounts import score_account
from sidecar.scoring.changes import changes
from sidecar.scoring.checking import check_model
from sidecar.scoring.choosing import choose
from sidecar.scoring.compiling import compiled
from sidecar.scoring.default import default_model
from sidecar.scoring.engine import BREAKDOWN, score, steps_of
from sidecar.scoring.intake import facts_of_lead, intake_event
from sidecar.scoring.lines import score_lines
from sidecar.scoring.schema import COMPONENTS, model_schema

__all__ = [
    "BREAKDOWN", "COMPONENTS", "changes", "check_model", "choose", "compiled", "default_model",
    "facts_of_lead", "intake_event", "model_schema", "score", "score_account", "score_lines",
    "steps_of",
]
