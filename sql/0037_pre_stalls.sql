-- What came by hour, and what of it is unusual; backfills as jobs.
-- depends: 0036_pre_lead_search

CREATE TABLE watched_hours (
    figure  text NOT NULL,
    name    text NOT NULL,
    hour    timestamptz NOT NULL,
    n       integer NOT NULL,
    asked   integer NOT NULL DEFAULT 0,
    last_at timestamptz,
    PRIMARY KEY (figure, name, hour)
);
COMMENT ON TABLE watched_hours IS 'By hour: leads of a source, refused ones by code, all that came in, and how often a provider told a field of those that it was asked. Kept for nine weeks.';
COMMENT ON COLUMN watched_hours.name IS 'A source, a code, nothing, or a provider and a field: hunter contact.email.';
COMMENT ON COLUMN watched_hours.asked IS 'Of a field: how many answers might have told it.';
COMMENT ON COLUMN watched_hours.last_at IS 'Of a source: when the last lead of the hour came.';

CREATE TABLE signs (
    family  text NOT NULL,
    labels  text[] NOT NULL,
    value   double precision NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (family, labels)
);
COMMENT ON TABLE signs IS 'What of watched_hours is unusual, as the last look found it: gauges of Prometheus by family and labels.';

ALTER TABLE jobs DROP CONSTRAINT jobs_kind_check;
ALTER TABLE jobs ADD CONSTRAINT jobs_kind_check CHECK (kind IN ('import', 'rescore', 'bulk', 'erasure', 'backfill'));

ALTER TABLE work_items ADD COLUMN stopped_at timestamptz;
COMMENT ON COLUMN work_items.stopped_at IS 'Since when no more is asked about it, for the reason that stands in stopped; NULL: from before this was noted.';
