"""Scoring models and the scores of one lead."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from sidecar.api.schemas.base import (
    Answer,
    FieldError,
    Moment,
    PageQuery,
    QueryWhole,
    Strict,
    Text,
    Whole,
    page_of,
)
from sidecar.api.schemas.facts import Reason, Score
from sidecar.jsons import as_json
from sidecar.terms.states import GRADES, MODEL_STATES, PREDICTION_STATES

_LONGEST = 500_000  # bytes of a model
_KEY = r"[a-z][a-z0-9_-]{0,49}"


class Definition(fields.Dict):
    """A scoring model: any JSON object of a bounded size, as publishing alone asks for more."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        found = super()._deserialize(value, attr, data, **more)  # type: ignore[no-untyped-call]
        try:
            text = as_json(found)
        except (TypeError, ValueError, RecursionError):
            raise ValidationError("This cannot be stored.") from None
        if len(text) > _LONGEST:
            raise ValidationError(f"A model has at most {_LONGEST} bytes.")
        if b"\\u0000" in text or b"\\ud" in text:
            raise ValidationError("Control characters are not accepted.")
        return found


class Key(Text):
    """What a model is called, of which there are versions."""

    def __init__(self, **more: Any) -> None:
        super().__init__(50, validate=validate.Regexp(
            f"{_KEY}$", error="Lower-case letters, digits, - and _, at most 50, beginning with a letter."),
            **more)


class VersionAdd(Strict):
    definition = Definition()
    based_on = Whole(1, 2**53)


class ModelAdd(VersionAdd):
    key = Key(required=True)


class ModelEdit(Strict):
    definition = Definition(required=True)


class ModelQuery(PageQuery):
    key = Key()
    state = Text(validate=validate.OneOf(MODEL_STATES))


class ModelDiffQuery(Strict):
    with_ = QueryWhole(1, 2**53, required=True, data_key="with")


class SimulationWanted(Strict):
    leads = Whole(1, 5000, load_default=2000)


class BacktestWanted(Strict):
    leads = Whole(1, 20_000, load_default=5000)


class VersionBrief(Answer):
    id = fields.Integer(required=True)
    based_on = fields.Integer(required=True, allow_none=True)
    version = fields.Integer(required=True)
    created_by = fields.String(required=True)
    created_at = fields.String(required=True)
    updated_at = fields.String(required=True)
    published_by = fields.String(required=True, allow_none=True)
    published_at = fields.String(required=True, allow_none=True)
    retired_by = fields.String(required=True, allow_none=True)
    retired_at = fields.String(required=True, allow_none=True)


class VersionSaid(Answer):
    definition = fields.Dict(required=True)
    problems = fields.List(fields.Nested(FieldError), required=True, metadata={
        "description": "What keeps it from being published, with pointers into the definition."})


class ModelBrief(VersionBrief):
    key = fields.String(required=True)
    number = fields.Integer(required=True, allow_none=True)
    model_version = fields.String(required=True, metadata={"description": "As scores name it."})
    state = fields.String(required=True, validate=validate.OneOf(MODEL_STATES))


class ScoringModel(ModelBrief, VersionSaid):
    pass


class ModelPage(Answer.from_dict(page_of(ModelBrief))):  # type: ignore[misc]
    """Scoring models."""


class ModelDiff(Answer):
    from_ = fields.String(required=True, data_key="from", attribute="from")
    to = fields.String(required=True)
    changes = fields.List(fields.String(), required=True)


class GradeChange(Answer):
    from_ = fields.String(required=True, data_key="from", attribute="from", validate=validate.OneOf(GRADES))
    to = fields.String(required=True, validate=validate.OneOf(GRADES))
    leads = fields.Integer(required=True)


class RuleEffect(Answer):
    component = fields.String(required=True)
    rule = fields.String(required=True)
    up = fields.Integer(required=True)
    down = fields.Integer(required=True)


class Cause(Answer):
    component = fields.String(required=True)
    rule = fields.String(required=True)
    points = fields.Float(required=True)


class LeadChange(Answer):
    lead_id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    company = fields.String(required=True, allow_none=True)
    from_ = fields.String(required=True, data_key="from", attribute="from", validate=validate.OneOf(GRADES))
    to = fields.String(required=True, validate=validate.OneOf(GRADES))
    before = fields.Float(required=True)
    after = fields.Float(required=True)
    because = fields.Nested(Cause, required=True)


class AlertsAWeek(Answer):
    before = fields.Float(required=True)
    after = fields.Float(required=True)
    more = fields.Float(required=True)


class Spread(Answer):
    before = fields.List(fields.Integer(), required=True)
    after = fields.List(fields.Integer(), required=True)


class Simulation(Answer):
    model_version = fields.String(required=True)
    leads = fields.Integer(required=True)
    of = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    mean_change = fields.Float(required=True)
    grades = fields.List(fields.Nested(GradeChange), required=True)
    rules = fields.List(fields.Nested(RuleEffect), required=True)
    alerts_a_week = fields.Nested(AlertsAWeek, required=True)
    distribution = fields.Nested(Spread, required=True)
    leads_changed = fields.List(fields.Nested(LeadChange), required=True)


class DecileLift(Answer):
    decile = fields.Integer(required=True)
    leads = fields.Integer(required=True)
    won = fields.Float(required=True)
    lift = fields.Float(required=True, allow_none=True)


class WonByScore(Answer):
    score = fields.Float(required=True, metadata={"description": "The mean of a tenth of the scale."})
    leads = fields.Integer(required=True)
    won = fields.Integer(required=True)
    share_won = fields.Float(required=True)


class GradeShare(Answer):
    grade = fields.String(required=True, validate=validate.OneOf(GRADES))
    leads = fields.Integer(required=True)
    won = fields.Integer(required=True)
    share_won = fields.Float(required=True, allow_none=True)


class Backtest(Answer):
    model_version = fields.String(required=True)
    of = fields.Integer(required=True)
    gone_through = fields.Integer(required=True)
    without_history = fields.Integer(required=True)
    not_for_this_model = fields.Integer(required=True)
    leads = fields.Integer(required=True)
    won = fields.Integer(required=True)
    lost = fields.Integer(required=True)
    auc = fields.Float(required=True, allow_none=True)
    brier = fields.Float(required=True, allow_none=True)
    lift_by_decile = fields.List(fields.Nested(DecileLift), required=True)
    by_score = fields.List(fields.Nested(WonByScore), required=True)
    grades = fields.List(fields.Nested(GradeShare), required=True)


class ModelTemplate(Answer):
    name = fields.String(required=True)
    title = fields.String(required=True)
    definition = fields.Dict(required=True)


class ModelTemplates(Answer):
    data = fields.List(fields.Nested(ModelTemplate), required=True)


class ModelSchema(Answer):
    schema_ = fields.String(required=True, data_key="$schema", attribute="$schema")
    title = fields.String(required=True)
    type = fields.String(required=True)
    properties = fields.Dict(required=True)
    required_ = fields.List(fields.String(), required=True, data_key="required", attribute="required")
    additional_properties = fields.Boolean(required=True, data_key="additionalProperties")
    defs = fields.Dict(required=True, data_key="$defs", attribute="$defs")


class ScoreQuery(Strict):
    at = Moment()


class LeadScore(Score):
    lead_id = fields.String(required=True)
    recomputed = fields.Boolean(metadata={
        "description": "With `at`: whether it was worked out anew from what was stored by then."})


class KeptScore(Score):
    id = fields.String(required=True)
    lead_id = fields.String(required=True)
    previous_grade = fields.String(required=True, allow_none=True, validate=validate.OneOf(GRADES))


class KeptScorePage(Answer.from_dict(page_of(KeptScore))):  # type: ignore[misc]
    """Scores of a lead."""


class PredictiveModel(Answer):
    id = fields.Integer(required=True)
    model_version = fields.String(required=True, metadata={"description": "As predictions name it."})
    state = fields.String(required=True, validate=validate.OneOf(PREDICTION_STATES))
    reason = fields.String(required=True, metadata={"description": "Why it is in force, or not."})
    report = fields.Dict(required=True, metadata={"description": (
        "How good it is on later leads: auc, brier, calibration_error, reliability, lift_by_decile,"
        " confusion, effects, compared (with the rules alone and the model in force), learnt_from; while"
        " nothing can be learnt conversions and needed.")})
    created_by = fields.String(required=True)
    trained_at = fields.String(required=True)
    published_by = fields.String(required=True, allow_none=True)
    published_at = fields.String(required=True, allow_none=True)
    retired_by = fields.String(required=True, allow_none=True)
    retired_at = fields.String(required=True, allow_none=True)


class PredictiveModelWhole(PredictiveModel):
    picture = fields.String(required=True, allow_none=True, metadata={"description": "The report as SVG."})


class PredictiveModelPage(Answer.from_dict(page_of(PredictiveModel))):  # type: ignore[misc]
    """Predictive models."""


class Training(Answer):
    training = fields.Boolean(required=True)
    conversions = fields.Integer(required=True)
    needed = fields.Integer(required=True)


class SingleStep(Reason):
    points = fields.Float(required=True, metadata={"description": "What it adds to the total."})
    total = fields.Float(required=True)
    grade = fields.String(required=True, validate=validate.OneOf(GRADES))
    event = fields.Boolean(required=True, metadata={"description": "Something that happens, not a fact."})
    sure = fields.Boolean(required=True, metadata={"description": "It cannot turn out worse."})


class StepList(Answer):
    data = fields.List(fields.Nested(SingleStep), required=True)
