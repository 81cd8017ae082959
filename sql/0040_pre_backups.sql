-- Which backups there are, so that an alert can tell when there is none of late.
-- depends: 0039_pre_retention

CREATE TABLE backups (
    name        text PRIMARY KEY,
    taken_at    timestamptz NOT NULL,
    release     text NOT NULL,
    bytes       bigint NOT NULL CHECK (bytes > 0),
    verified_at timestamptz
);
COMMENT ON TABLE backups IS 'Backups that were made; verified_at: when it was last restored to try it.';
