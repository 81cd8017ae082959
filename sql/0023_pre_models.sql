-- Scoring models by key with their history, what scoring saw of leads, re-scoring as a job, scores by month.
-- depends: 0022_pre_learning

DROP INDEX scoring_models_one_published;
ALTER TABLE scoring_models
    ADD COLUMN key          text NOT NULL DEFAULT 'default',
    ADD COLUMN number       integer,
    ADD COLUMN based_on     bigint REFERENCES scoring_models,
    ADD COLUMN edits        integer NOT NULL DEFAULT 1,
    ADD COLUMN updated_at   timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN published_by text,
    ADD COLUMN retired_at   timestamptz,
    ADD COLUMN retired_by   text;
UPDATE scoring_models m SET number = n.number
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM scoring_models) n WHERE n.id = m.id;
CREATE UNIQUE INDEX scoring_models_number ON scoring_models (key, number);
CREATE UNIQUE INDEX scoring_models_published ON scoring_models (key) WHERE state = 'published';
ALTER TABLE scoring_models DROP CONSTRAINT scoring_models_state_check;
ALTER TABLE scoring_models ADD CONSTRAINT scoring_models_state_check
    CHECK (state IN ('draft', 'published', 'retired', 'shipped'));
COMMENT ON TABLE scoring_models IS 'Versions of scoring models. What was published once is never changed: an old version in force again is a new row.';
COMMENT ON COLUMN scoring_models.key IS 'Which model it is a version of; several are in force side by side.';
COMMENT ON COLUMN scoring_models.based_on IS 'The version that it was made from.';
COMMENT ON COLUMN scoring_models.edits IS 'Counts the edits of a draft.';

ALTER TABLE lead_scores
    ADD COLUMN previous_grade text,
    ADD COLUMN events         uuid[],
    ADD COLUMN machine        jsonb,
    ADD COLUMN prediction     jsonb,
    ADD COLUMN digest         text;
COMMENT ON COLUMN lead_scores.previous_grade IS 'The grade that the lead had before, which it keeps at the edge.';
COMMENT ON COLUMN lead_scores.events IS 'The events that were counted; NULL in scores from before this column, which cannot be worked out again.';
COMMENT ON COLUMN lead_scores.machine IS 'Of the events that were known to be a machine''s then: reason: places in `events`.';
COMMENT ON COLUMN lead_scores.prediction IS 'What the predictive model said then.';
COMMENT ON COLUMN lead_scores.digest IS 'Of the score and what it was made of: the same again is not written again by a re-scoring.';

CREATE TABLE lead_facts (
    lead_id uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    since   timestamptz NOT NULL,
    digest  text NOT NULL,
    facts   jsonb NOT NULL,
    PRIMARY KEY (lead_id, since)
);
COMMENT ON TABLE lead_facts IS 'What scoring saw of a lead, its person and company, from a moment on; a row for each change.';

ALTER TABLE jobs DROP CONSTRAINT jobs_kind_check;
ALTER TABLE jobs ADD CONSTRAINT jobs_kind_check CHECK (kind IN ('import', 'rescore'));
ALTER TABLE jobs ADD COLUMN position uuid;
COMMENT ON COLUMN jobs.position IS 'Of a job that goes through leads: the last one that is done.';

CREATE TABLE score_months (
    month  date NOT NULL,
    tenth  integer NOT NULL CHECK (tenth BETWEEN 0 AND 9),
    leads  integer NOT NULL,
    won    integer NOT NULL,
    lost   integer NOT NULL,
    PRIMARY KEY (month, tenth)
);
COMMENT ON TABLE score_months IS 'Leads by the month in which they came and the tenth of the scale of their first score (0: below 10 points); won and lost by the last score before the day of the outcome, in the month of the outcome.';
