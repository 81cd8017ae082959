-- Wrong passwords are counted by address, whether somebody has it or not.
-- depends: 0013_counts_by_figure

CREATE TABLE sign_in_failures (
    key_hash     text PRIMARY KEY,
    failures     integer NOT NULL DEFAULT 1,
    locked_until timestamptz,
    last_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_failures_last ON sign_in_failures (last_at);
COMMENT ON TABLE sign_in_failures IS 'Wrong passwords in a row by keyed hash of the address. Addresses of nobody are there too: a lock must not tell who has an account.';

ALTER TABLE users DROP COLUMN failures, DROP COLUMN locked_until;
