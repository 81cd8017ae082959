-- What is over its time goes in small parts: by which index, how far the search for it came, what is kept of it as sums.
-- depends: 0038_pre_privacy_dates
-- transactional: false

CREATE TABLE IF NOT EXISTS retention_marks (
    rule    text PRIMARY KEY,
    seen_to uuid NOT NULL
);
COMMENT ON TABLE retention_marks IS 'Of rules some of whose rows stay: up to which row they were looked at, so that none is twice.';

CREATE TABLE IF NOT EXISTS intake_past (
    day     date NOT NULL,
    outcome text NOT NULL,
    n       bigint NOT NULL,
    PRIMARY KEY (day, outcome)
);
COMMENT ON TABLE intake_past IS 'Rows of intake that are not kept any more, by UTC day and outcome.';

-- A claim goes when its time is over, and nothing asks for its calls and leads any more; a key would read all of
-- either for each that goes.
SET lock_timeout = '2s';
ALTER TABLE provider_calls DROP CONSTRAINT IF EXISTS provider_calls_batch_id_fkey;
ALTER TABLE work_items DROP CONSTRAINT IF EXISTS work_items_batch_id_fkey;
RESET lock_timeout;

CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_log_at ON audit_log (at);
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_delivered ON events (received_at)
    WHERE type = 'email_delivered' AND email_status IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS intake_of_no_lead ON intake (received_at) WHERE lead_id IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS notifications_of_no_lead ON notifications (created_at) WHERE lead_id IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS workflow_errors_at ON workflow_errors (occurred_at);

-- By the share that is Postgres's own, 0.2, a table of a year is cleaned after millions of rows went, and one that is
-- mostly added to is looked at as rarely: what is dead is read past by every look in between.
ALTER TABLE intake SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE lead_scores SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE provider_calls SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE provider_cache SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE events SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE lead_events SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE leads SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE work_items SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE idempotency_keys SET (autovacuum_vacuum_scale_factor = 0.02);
