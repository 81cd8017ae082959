-- Predictive models learnt from the outcomes of leads.
-- depends: 0025_pre_robots

CREATE TABLE ml_models (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version      text NOT NULL UNIQUE,
    state        text NOT NULL CHECK (state IN ('waiting', 'draft', 'published', 'retired')),
    learnt       jsonb,
    report       jsonb NOT NULL,
    reason       text NOT NULL,
    created_by   text NOT NULL,
    trained_at   timestamptz NOT NULL,
    published_at timestamptz,
    published_by text,
    retired_at   timestamptz,
    retired_by   text,
    CHECK ((state = 'waiting') = (learnt IS NULL))
);
CREATE UNIQUE INDEX ml_models_one_of ON ml_models (state) WHERE state IN ('published', 'waiting');
COMMENT ON TABLE ml_models IS 'Predictive models: what was learnt from outcomes, how good it is on later leads, which is in force. They hold rates and words that several companies share, nobody''s data.';
COMMENT ON COLUMN ml_models.state IS 'waiting: nothing could be learnt yet, and why; at most one row.';
COMMENT ON COLUMN ml_models.learnt IS 'What is served: sidecar/scoring/ml/prediction.py.';
COMMENT ON COLUMN ml_models.report IS 'How good it is, in numbers: sidecar/scoring/ml/learning.py.';
COMMENT ON COLUMN ml_models.reason IS 'Why it is in force, or not, in a sentence.';
