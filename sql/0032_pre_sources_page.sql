-- What the page of a source shows: its last deliveries and its days, and a secret that is being replaced.
-- depends: 0031_pre_views

CREATE TABLE source_deliveries (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_key  text NOT NULL REFERENCES sources ON DELETE CASCADE,
    received_at timestamptz NOT NULL DEFAULT now(),
    outcome     text NOT NULL CHECK (outcome IN ('accepted', 'rejected', 'unproven', 'unreadable')),
    leads       integer NOT NULL DEFAULT 0,
    rejected    integer NOT NULL DEFAULT 0,
    tests       integer NOT NULL DEFAULT 0,
    events      integer NOT NULL DEFAULT 0,
    announced   integer NOT NULL DEFAULT 0,
    pulled      boolean NOT NULL DEFAULT false,
    reason      text
);
CREATE INDEX source_deliveries_source ON source_deliveries (source_key, id);
COMMENT ON TABLE source_deliveries IS 'The last 20 deliveries of each source, without what they held.';
COMMENT ON COLUMN source_deliveries.rejected IS 'Of its leads those that nothing identifies.';
COMMENT ON COLUMN source_deliveries.pulled IS 'Its leads were asked for: they were announced, or an outage missed them.';
COMMENT ON COLUMN source_deliveries.reason IS 'Why it was refused, or its leads were; it quotes nothing of them.';

CREATE TABLE source_days (
    source_key text NOT NULL REFERENCES sources ON DELETE CASCADE,
    day        date NOT NULL DEFAULT current_date,
    leads      integer NOT NULL DEFAULT 0,
    refused    integer NOT NULL DEFAULT 0,
    PRIMARY KEY (source_key, day)
);
COMMENT ON TABLE source_days IS 'What each source brought in the last 30 days, by day (UTC); deliveries that were refused.';

ALTER TABLE sources ADD COLUMN former_secret bytea;
ALTER TABLE sources ADD COLUMN former_until timestamptz;
COMMENT ON COLUMN sources.former_secret IS 'The secret before, encrypted, which proves deliveries too until former_until.';
