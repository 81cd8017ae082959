-- Roll-ups for the dashboard.
-- depends: 0005_access

CREATE TABLE stats_daily (
    day      date NOT NULL,
    source   text NOT NULL,
    received bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    hot      bigint NOT NULL DEFAULT 0,
    warm     bigint NOT NULL DEFAULT 0,
    cold     bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (day, source)
);
COMMENT ON TABLE stats_daily IS 'Leads received per UTC day and source, and the first grade they got.';
CREATE INDEX leads_created ON leads (created_at);
