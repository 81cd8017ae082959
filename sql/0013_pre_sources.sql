-- depends: 0012_pre_files

CREATE TABLE sources (
    key              text PRIMARY KEY,
    kind             text NOT NULL,
    name             text NOT NULL UNIQUE,
    secret           bytea,
    mapping          jsonb,
    deliveries       bigint NOT NULL DEFAULT 0,
    leads            bigint NOT NULL DEFAULT 0,
    tests            bigint NOT NULL DEFAULT 0,
    refused          bigint NOT NULL DEFAULT 0,
    last_delivery_at timestamptz,
    last_refused_at  timestamptz,
    last_refusal     text,
    pull_of          text,
    pulled_until     timestamptz,
    disabled_at      timestamptz,
    created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE sources IS 'Addresses at which vendors'' webhooks are taken, /webhook/leads/{kind}/{key}. secret is encrypted.';
COMMENT ON COLUMN sources.mapping IS 'Which place of a body is which field, by JSON pointer; NULL: as the kind reads it.';
COMMENT ON COLUMN sources.pull_of IS 'What the vendor calls the form or account that is asked for what an outage missed; NULL: none is.';
COMMENT ON COLUMN sources.pulled_until IS 'Until when that was asked for.';

CREATE TABLE source_fetches (
    id         uuid PRIMARY KEY,
    source_key text NOT NULL REFERENCES sources ON DELETE CASCADE,
    name       text NOT NULL,
    url        text NOT NULL,
    query      jsonb NOT NULL,
    headers    jsonb NOT NULL,
    attempts   integer NOT NULL DEFAULT 0,
    due_at     timestamptz NOT NULL DEFAULT now(),
    failed_at  timestamptz,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source_key, name)
);
CREATE INDEX source_fetches_due ON source_fetches (due_at) WHERE failed_at IS NULL;
COMMENT ON TABLE source_fetches IS 'Requests to vendors for leads that they announced or an outage missed, without keys. A row goes when its answer is stored.';

ALTER TABLE leads ADD COLUMN is_test boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN leads.is_test IS 'Somebody tries a form out: the lead is kept and scored, nobody is told of it.';
