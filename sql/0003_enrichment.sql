-- Asking outside providers: the ledger of calls, the cache of answers, the state of each provider.
-- depends: 0002_intake_and_work

CREATE TABLE provider_state (
    provider   text PRIMARY KEY,
    live       boolean NOT NULL DEFAULT false,
    failures   integer NOT NULL DEFAULT 0,
    open_until timestamptz,
    last_error text,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE provider_state IS 'Per provider: whether a key is held (live) or the sandbox answers, and its circuit breaker.';

CREATE TABLE provider_calls (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    batch_id     uuid REFERENCES batches,
    lead_ids     uuid[] NOT NULL DEFAULT '{}',
    provider     text NOT NULL,
    operation    text NOT NULL,
    request_key  text NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('contact', 'organization')),
    subject_id   uuid NOT NULL,
    sandbox      boolean NOT NULL,
    state        text NOT NULL DEFAULT 'planned'
                 CHECK (state IN ('planned', 'started', 'answered', 'in_doubt', 'dropped')),
    request      bytea,
    outcome      text,
    status       integer,
    credits      numeric NOT NULL DEFAULT 0,
    elapsed_ms   integer,
    error        text,
    planned_at   timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    answered_at  timestamptz
);
-- Identical calls collapse: at most one of a kind is under way.
CREATE UNIQUE INDEX provider_calls_under_way ON provider_calls (request_key, sandbox) WHERE state IN ('planned', 'started');
CREATE INDEX provider_calls_batch ON provider_calls (batch_id) WHERE state IN ('planned', 'started');
CREATE INDEX provider_calls_key ON provider_calls (request_key, started_at) WHERE state = 'in_doubt';
CREATE INDEX provider_calls_subject ON provider_calls (subject_id);
CREATE INDEX provider_calls_day ON provider_calls (started_at, provider);
COMMENT ON TABLE provider_calls IS 'The ledger: a row stands here, committed as started, before money is spent.';
COMMENT ON COLUMN provider_calls.lead_ids IS 'The leads of the claim that need it; it is begun for the first of them that comes to it.';
COMMENT ON COLUMN provider_calls.request_key IS 'Keyed hash of provider, operation and parameters: names nobody.';
COMMENT ON COLUMN provider_calls.request IS 'Encrypted parameters of a call that is not answered yet.';
COMMENT ON COLUMN provider_calls.state IS 'in_doubt: started and never answered; it counts as spent and is not repeated within the error TTL.';

CREATE TABLE provider_cache (
    request_key  text NOT NULL,
    sandbox      boolean NOT NULL,
    provider     text NOT NULL,
    operation    text NOT NULL,
    subject_kind text NOT NULL,
    subject_id   uuid NOT NULL,
    outcome      text NOT NULL,
    answer       bytea NOT NULL,
    applied      boolean NOT NULL DEFAULT false,
    fetched_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (request_key, sandbox)
);
CREATE INDEX provider_cache_subject ON provider_cache (subject_id);
CREATE INDEX provider_cache_expiry ON provider_cache (expires_at);
COMMENT ON TABLE provider_cache IS 'Raw provider answers, encrypted, each with its time to live.';
COMMENT ON COLUMN provider_cache.applied IS 'Already merged into its subject.';
