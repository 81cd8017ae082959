-- What people refuse and agree to: every statement ever made of it, and what of them holds now.
-- depends: 0009_pre_lead_warnings

CREATE TABLE refusals (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    contact_id  uuid REFERENCES contacts ON DELETE CASCADE,
    person_id   uuid,
    key_hash    text,
    purpose     text NOT NULL
                CHECK (purpose IN ('marketing_email', 'phone', 'any_contact', 'enrichment', 'any')),
    refused     boolean NOT NULL,
    own         boolean NOT NULL,
    source      text NOT NULL,
    reason      text,
    stated_at   timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    intake_id   uuid REFERENCES intake ON DELETE SET NULL,
    dedupe_key  text UNIQUE,
    CHECK (num_nonnulls(contact_id, key_hash) > 0)
);
CREATE INDEX refusals_contact ON refusals (contact_id);
CREATE INDEX refusals_key ON refusals (key_hash) WHERE key_hash IS NOT NULL;
CREATE INDEX refusals_intake ON refusals (intake_id) WHERE intake_id IS NOT NULL;
COMMENT ON TABLE refusals IS 'Statements about what a person refuses or agrees to; they are added and never changed. What holds is in contacts.refused.';
COMMENT ON COLUMN refusals.person_id IS 'The contact who said it, who may be merged into another; NULL: known of nobody in particular.';
COMMENT ON COLUMN refusals.key_hash IS 'Keyed hash of the e-mail address that it is about, as in suppressions: it holds for whoever comes with that address. Without a contact nobody has come with it yet.';
COMMENT ON COLUMN refusals.refused IS 'False: agreed.';
COMMENT ON COLUMN refusals.own IS 'The person''s own act; else a list says it. A refusal is lifted by a later own act alone.';
COMMENT ON COLUMN refusals.intake_id IS 'The lead that brought it.';

ALTER TABLE contacts ADD COLUMN refused jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN contacts.refused IS 'Purpose: true, of all that the person refuses now; made from refusals.';

-- What consents said before there were statements.
INSERT INTO refusals (contact_id, purpose, refused, own, source, stated_at)
SELECT DISTINCT c.id, m.purpose, true, false, 'consent', c.created_at
FROM contacts c
CROSS JOIN LATERAL (
    SELECT lower(value #>> '{}') AS said, key,
           CASE WHEN key ~* 'enrich|profil' THEN 'enrichment' WHEN key ~* 'phone|call|sms|telefon' THEN 'phone'
                WHEN key ~* 'mail|newsletter|marketing|subscri|opt|withdr|revok' THEN 'marketing_email'
                WHEN key ~* 'contact' THEN 'any_contact' END AS purpose
    FROM jsonb_each(c.consent)) AS m
WHERE c.consent <> '{}' AND m.purpose IS NOT NULL AND CASE
    WHEN m.key ~* 'unsubscri|opt.?out|do.?not|withdr|revok' THEN m.said IN ('true', '1', 'yes', 'ja', 'on')
    ELSE m.said IN ('false', '0', 'no', 'nein', 'off', 'opt-out', 'opt_out', 'opted out', 'opted-out',
                    'unsubscribed', 'withdrawn', 'revoked', 'denied', 'declined', 'refused') END;
UPDATE contacts c SET refused = s.refused FROM (
    SELECT contact_id, jsonb_object_agg(part, true) || CASE
        WHEN bool_or(part = 'marketing_email') AND bool_or(part = 'phone') THEN '{"any_contact": true}'
        ELSE '{}' END::jsonb AS refused
    FROM refusals CROSS JOIN LATERAL unnest(CASE purpose
        WHEN 'any_contact' THEN ARRAY['marketing_email', 'phone', 'any_contact'] ELSE ARRAY[purpose] END) AS part
    GROUP BY contact_id) s
WHERE c.id = s.contact_id;

ALTER TABLE lead_events DROP CONSTRAINT lead_events_type_check;
ALTER TABLE lead_events ADD CONSTRAINT lead_events_type_check CHECK (type IN (
    'lead.created', 'lead.enriched', 'lead.scored', 'lead.became_hot', 'lead.cooled',
    'lead.status_changed', 'lead.assigned', 'lead.refusals_changed', 'lead.refused', 'lead.dead',
    'lead.let_go'));
