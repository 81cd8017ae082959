-- Answers that seem to be about somebody else, until a person decides; where people worked before.
-- depends: 0017_pre_reach

CREATE TABLE held_answers (
    id              uuid PRIMARY KEY DEFAULT uuidv7(),
    contact_id      uuid REFERENCES contacts ON DELETE CASCADE,
    organization_id uuid REFERENCES organizations ON DELETE CASCADE,
    provider        text NOT NULL,
    operation       text NOT NULL,
    request_key     text NOT NULL,
    code            text NOT NULL,
    state           text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'accepted', 'rejected')),
    record          bytea NOT NULL,
    fetched_at      timestamptz NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    decided_by      text,
    decided_at      timestamptz,
    CHECK (num_nonnulls(contact_id, organization_id) = 1)
);
CREATE UNIQUE INDEX held_answers_answer ON held_answers (request_key, contact_id, organization_id) NULLS NOT DISTINCT;
CREATE INDEX held_answers_contact ON held_answers (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX held_answers_organization ON held_answers (organization_id) WHERE organization_id IS NOT NULL;
CREATE INDEX held_answers_state ON held_answers (state, id);
COMMENT ON TABLE held_answers IS 'Answers of providers whose identity conflicts with the subject''s: they count for nothing until a person accepts them; rejected ones are remembered, so that the record never comes back.';
COMMENT ON COLUMN held_answers.code IS 'Why it is held: a code of sidecar/enrichment/gate.py.';
COMMENT ON COLUMN held_answers.record IS 'Encrypted: whom it is about, what it says, the two values that conflict.';

CREATE TABLE employments (
    id              uuid PRIMARY KEY DEFAULT uuidv7(),
    contact_id      uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
    source          text NOT NULL,
    until           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX employments_contact ON employments (contact_id);
CREATE INDEX employments_organization ON employments (organization_id);
COMMENT ON TABLE employments IS 'Companies that contacts were of before the one that they are of now.';
COMMENT ON COLUMN employments.source IS 'Who told the new employer.';

CREATE TABLE looks (
    lead_id    uuid PRIMARY KEY REFERENCES leads ON DELETE CASCADE,
    looked_at  timestamptz NOT NULL,
    first_cost numeric NOT NULL,
    ceiling    numeric NOT NULL
);
COMMENT ON TABLE looks IS 'When a lead was last looked at for what went stale.';
COMMENT ON COLUMN looks.first_cost IS 'What providers cost before the first look.';
COMMENT ON COLUMN looks.ceiling IS 'What paid calls of the last look may cost; 0: only free ones are made.';
CREATE INDEX events_bounce ON events (contact_id, occurred_at) WHERE type = 'bounce';

ALTER TABLE lead_events DROP CONSTRAINT lead_events_type_check;
ALTER TABLE lead_events ADD CONSTRAINT lead_events_type_check CHECK (type IN (
    'lead.created', 'lead.enriched', 'lead.scored', 'lead.became_hot', 'lead.cooled',
    'lead.status_changed', 'lead.assigned', 'lead.employer_changed', 'lead.refusals_changed', 'lead.refused',
    'lead.dead', 'lead.let_go'));
