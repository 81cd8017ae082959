-- Answers that are given again when a request comes again.
-- depends: 0006_statistics

-- The one of 0002 was never used.
DROP TABLE idempotency_keys;
CREATE TABLE idempotency_keys (
    caller      text NOT NULL,
    key         text NOT NULL,
    fingerprint text NOT NULL,
    status      smallint NOT NULL,
    answer      bytea NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
COMMENT ON TABLE idempotency_keys IS
    'Requests with an Idempotency-Key: a keyed hash of what was asked, and the encrypted answer. Kept for 24 hours.';
