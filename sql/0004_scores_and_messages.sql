-- Scores with reasons, and the messages they cause.
-- depends: 0003_enrichment

CREATE TABLE scoring_models (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version      text NOT NULL UNIQUE,
    definition   jsonb NOT NULL,
    state        text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'retired')),
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz
);
CREATE UNIQUE INDEX scoring_models_one_published ON scoring_models (state) WHERE state = 'published';

CREATE TABLE lead_scores (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    lead_id       uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    total_score   integer NOT NULL CHECK (total_score BETWEEN 0 AND 10000),
    grade         text NOT NULL CHECK (grade IN ('hot', 'warm', 'cold')),
    breakdown     jsonb NOT NULL,
    model_version text NOT NULL,
    batch_id      uuid,
    calculated_at timestamptz NOT NULL
);
CREATE INDEX lead_scores_lead ON lead_scores (lead_id, calculated_at DESC);
CREATE UNIQUE INDEX lead_scores_once_per_batch ON lead_scores (lead_id, batch_id);
COMMENT ON TABLE lead_scores IS 'History of scores, of each claim the last one; breakdown holds components and reasons.';
COMMENT ON COLUMN lead_scores.total_score IS 'Hundredths of a point.';

CREATE TABLE notifications (
    id                 uuid PRIMARY KEY DEFAULT uuidv7(),
    kind               text NOT NULL CHECK (kind IN ('hot_lead', 'operations')),
    lead_id            uuid REFERENCES leads ON DELETE CASCADE,
    hot_change         integer NOT NULL DEFAULT 0,
    channel            text NOT NULL,
    recipient          text NOT NULL,
    content            jsonb,
    dedupe_key         text NOT NULL UNIQUE,
    state              text NOT NULL DEFAULT 'owed'
                       CHECK (state IN ('owed', 'sending', 'sent', 'withdrawn', 'dead')),
    attempts           integer NOT NULL DEFAULT 0,
    due_at             timestamptz DEFAULT now(),
    claimed_at         timestamptz,
    sent_at            timestamptz,
    possible_duplicate boolean NOT NULL DEFAULT false,
    last_error         text,
    created_at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notifications_owed ON notifications (due_at) WHERE state IN ('owed', 'sending');
CREATE INDEX notifications_lead ON notifications (lead_id);
COMMENT ON TABLE notifications IS 'The outbox of messages to people.';
COMMENT ON COLUMN notifications.due_at IS 'NULL: a flow still decides whether it is sent, by passing its lead to Notify.';
COMMENT ON COLUMN notifications.possible_duplicate IS 'The process died in mid-send: the message was sent again and may have arrived twice.';
