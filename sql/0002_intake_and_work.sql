-- What came in, the work that it causes, and who must not come in again.
-- depends: 0001_customers

CREATE TABLE intake (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    received_at timestamptz NOT NULL DEFAULT now(),
    client      text NOT NULL,
    source      text NOT NULL,
    request_id  text,
    payload     bytea,
    outcome     text NOT NULL CHECK (outcome IN ('created', 'updated', 'rejected', 'suppressed')),
    errors      jsonb NOT NULL DEFAULT '[]',
    lead_id     uuid REFERENCES leads ON DELETE SET NULL,
    resolved_at timestamptz
);
CREATE INDEX intake_rejects ON intake (id DESC) WHERE outcome = 'rejected';
CREATE INDEX intake_lead ON intake (lead_id);
CREATE INDEX intake_received ON intake (received_at);
-- Raw leads are kept for a while only: those whose time is over are found by this.
CREATE INDEX intake_payloads ON intake (received_at) WHERE payload IS NOT NULL;
COMMENT ON TABLE intake IS 'Every lead that was ever sent in, with what became of it. payload is the raw lead, encrypted.';

CREATE TABLE batches (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    lane         text NOT NULL CHECK (lane IN ('interactive', 'bulk')),
    size         integer NOT NULL,
    execution_id text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    stepped_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX batches_execution ON batches (execution_id);
COMMENT ON TABLE batches IS 'Claims: each is the name of the leads that one run of the enrichment workflow took at once.';
COMMENT ON COLUMN batches.stepped_at IS 'When its run last did a step. A lead whose last step is older was passed by: the run went on with others.';

CREATE TABLE work_items (
    lead_id        uuid PRIMARY KEY REFERENCES leads ON DELETE CASCADE,
    lane           text NOT NULL CHECK (lane IN ('interactive', 'bulk')),
    stage          text NOT NULL DEFAULT 'queued'
                   CHECK (stage IN ('queued', 'leased', 'waiting', 'scored', 'done', 'let_go', 'dead')),
    due_at         timestamptz NOT NULL DEFAULT now(),
    batch_id       uuid REFERENCES batches,
    lease_until    timestamptz,
    step           text,
    stepped_at     timestamptz,
    left_at        text,
    passes         integer NOT NULL DEFAULT 0,
    rounds         integer DEFAULT 0,
    score_only     boolean NOT NULL DEFAULT false,
    previous_grade text,
    max_batch      integer NOT NULL DEFAULT 500 CHECK (max_batch >= 1),
    attempts       integer NOT NULL DEFAULT 0,
    waits          integer NOT NULL DEFAULT 0,
    replays        integer NOT NULL DEFAULT 0,
    requeue        boolean NOT NULL DEFAULT false,
    reason_code    text,
    reason         text,
    updated_at     timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);
CREATE INDEX work_items_due ON work_items (lane, due_at, lead_id) WHERE stage IN ('queued', 'waiting');
CREATE INDEX work_items_batch ON work_items (batch_id) WHERE stage IN ('leased', 'scored');
CREATE INDEX work_items_stage ON work_items (stage, lead_id DESC) WHERE stage <> 'done';
COMMENT ON TABLE work_items IS 'Where each lead is in the pipeline; one row per lead.';
COMMENT ON COLUMN work_items.batch_id IS 'The claim that has the lead. It stays when the lease alone ended, until another claim has the lead: a late step takes it up again.';
COMMENT ON COLUMN work_items.lease_until IS 'Renewed by every step that names the lead; longer than a lease is a hold. One that ended is how a killed run is noticed.';
COMMENT ON COLUMN work_items.step IS 'The last step of its claim that named the lead, at stepped_at.';
COMMENT ON COLUMN work_items.left_at IS 'The step at which an ended lease left it before.';
COMMENT ON COLUMN work_items.passes IS 'How often its run passed it by: the lease ended, and it was no failure.';
COMMENT ON COLUMN work_items.rounds IS 'How often Plan was asked in this claim; NULL: its enrichment is skipped.';
COMMENT ON COLUMN work_items.score_only IS 'It is queued to be scored again alone: its next claim skips the enrichment.';
COMMENT ON COLUMN work_items.previous_grade IS 'The grade that it had when it was claimed.';
COMMENT ON COLUMN work_items.max_batch IS 'Shrinks 500, 50, 1 when a batch fails as a whole, so that a poisonous lead ends alone.';
COMMENT ON COLUMN work_items.replays IS 'How often it was taken up again since it last came to its end.';
COMMENT ON COLUMN work_items.requeue IS 'The lead changed while it was leased: it is queued again when it leaves.';

CREATE TABLE workflow_errors (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    execution_id  text,
    workflow_id   text,
    workflow_name text,
    node          text,
    message       text,
    batch_id      uuid,
    occurred_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE workflow_errors IS 'Failed n8n executions as told by the error workflow.';

CREATE TABLE suppressions (
    key_hash   text PRIMARY KEY,
    reason     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE suppressions IS 'Keyed hashes of people who asked to be forgotten: refused at intake, never asked of providers.';
