-- Events of leads, and the subscribers who are told of them.
-- depends: 0007_counts

CREATE TABLE subscriptions (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    url            text NOT NULL,
    events         text[] NOT NULL,
    include_person boolean NOT NULL DEFAULT false,
    secret         bytea NOT NULL,
    key            text,
    created_by     text NOT NULL,
    authorized_by  text NOT NULL,
    state          text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused')),
    reason         text,
    failures       integer NOT NULL DEFAULT 0,
    failing_since  timestamptz,
    due_at         timestamptz NOT NULL DEFAULT now(),
    lease_until    timestamptz,
    turn           uuid,
    turned_at      timestamptz NOT NULL DEFAULT now(),
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (created_by, key)
);
COMMENT ON TABLE subscriptions IS 'Who is told of which events of leads, and where. secret is encrypted.';
COMMENT ON COLUMN subscriptions.created_by IS 'client:id or user:id.';
COMMENT ON COLUMN subscriptions.authorized_by IS 'client:id or user:id who last said where it sends, or whether people go with it; what they may not do any more the subscription does not either.';
COMMENT ON COLUMN subscriptions.key IS 'What the creator calls it: made again under the same key it is the same one.';
COMMENT ON COLUMN subscriptions.failures IS 'Failed turns in a row, since failing_since; no event is sent before due_at.';
COMMENT ON COLUMN subscriptions.lease_until IS 'Until then the process of this turn sends to it, and no other.';
COMMENT ON COLUMN subscriptions.turned_at IS 'When its last turn began: who waits longest comes first.';

CREATE TABLE lead_events (
    id         uuid PRIMARY KEY,
    type       text NOT NULL CHECK (type IN (
                   'lead.created', 'lead.enriched', 'lead.scored', 'lead.became_hot', 'lead.cooled',
                   'lead.status_changed', 'lead.assigned', 'lead.refused', 'lead.dead', 'lead.let_go')),
    lead_id    uuid,
    reject_id  uuid,
    data       jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(lead_id, reject_id) = 1)
);
CREATE INDEX lead_events_lead ON lead_events (lead_id);
CREATE INDEX lead_events_created ON lead_events (created_at);
COMMENT ON TABLE lead_events IS 'What happened to leads and somebody subscribed to. References only, without foreign keys: those would lock leads after work items. Who erases a lead deletes its events.';

CREATE TABLE deliveries (
    subscription_id uuid NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
    event_id        uuid NOT NULL REFERENCES lead_events ON DELETE CASCADE,
    state           text NOT NULL DEFAULT 'owed' CHECK (state IN ('owed', 'delivered', 'failed')),
    attempts        integer NOT NULL DEFAULT 0,
    due_at          timestamptz NOT NULL DEFAULT now(),
    last_status     integer,
    last_error      text,
    delivered_at    timestamptz,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subscription_id, event_id)
);
CREATE INDEX deliveries_owed ON deliveries (subscription_id, due_at) WHERE state = 'owed';
CREATE INDEX deliveries_failed ON deliveries (subscription_id, event_id) WHERE state = 'failed';
CREATE INDEX deliveries_event ON deliveries (event_id);
COMMENT ON TABLE deliveries IS 'The outbox of events: one for each event and subscription that wants it.';
