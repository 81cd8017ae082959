-- Breakers of providers by key; answers that count beyond their time; leads that wait for who is down.
-- depends: 0019_pre_money

ALTER TABLE provider_state ADD COLUMN key_mark text NOT NULL DEFAULT 'sandbox';
COMMENT ON TABLE provider_state IS 'Per provider: whether a key is held (live) or the sandbox answers, and which key. The breaker that stood here is in provider_breakers; its columns are not used any more.';
COMMENT ON COLUMN provider_state.key_mark IS 'Short hash of the key that n8n holds; sandbox: the sandbox is asked; empty: no key is needed.';

CREATE TABLE provider_breakers (
    provider   text NOT NULL,
    key_mark   text NOT NULL,
    failures   integer NOT NULL,
    opened_at  timestamptz,
    open_until timestamptz,
    last_error text,
    PRIMARY KEY (provider, key_mark)
);
COMMENT ON TABLE provider_breakers IS 'The circuit breaker of a provider''s key: opened_at is null while it is closed; past open_until one call is let through.';

ALTER TABLE provider_calls ADD COLUMN key_mark text NOT NULL DEFAULT 'sandbox';
COMMENT ON COLUMN provider_calls.key_mark IS 'With which key it is made, as in provider_state.';

ALTER TABLE provider_cache ADD COLUMN stale boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN provider_cache.stale IS 'Its time is over and asking anew failed: it counts on until the next attempt.';

ALTER TABLE work_items ADD COLUMN awaits text[];
COMMENT ON COLUMN work_items.awaits IS 'Providers of which a waiting lead is due as soon as they answer again.';
CREATE INDEX work_items_awaits ON work_items USING gin (awaits) WHERE stage = 'waiting';
