-- On which ground people's data are kept and for how long, and who is to be told where they came from.
-- depends: 0037_pre_stalls

CREATE TABLE contact_privacy (
    contact_id       uuid PRIMARY KEY REFERENCES contacts ON DELETE CASCADE,
    ground           text NOT NULL CHECK (ground IN ('consent', 'contract', 'legal_obligation', 'vital_interest',
                                                     'public_interest', 'legitimate_interest')),
    ground_by        text NOT NULL CHECK (ground_by IN ('rule', 'source', 'person')),
    standing         text NOT NULL CHECK (standing IN ('customer', 'objected', 'open', 'closed')),
    notice_due_on    date,
    notice_sent_on   date,
    retention_months integer,
    retention_from   date NOT NULL,
    retention_due_on date,
    announced_at     timestamptz
);
CREATE INDEX contact_privacy_notices ON contact_privacy (notice_due_on, contact_id) WHERE notice_due_on IS NOT NULL;
CREATE INDEX contact_privacy_sent ON contact_privacy (notice_sent_on, contact_id) WHERE notice_sent_on IS NOT NULL;
CREATE INDEX contact_privacy_retention ON contact_privacy (retention_due_on, contact_id)
    WHERE retention_due_on IS NOT NULL;
CREATE INDEX contact_privacy_announced ON contact_privacy (announced_at, contact_id) WHERE announced_at IS NOT NULL;
COMMENT ON TABLE contact_privacy IS 'Worked out of all that is stored of a contact, again and again: its ground, the clock of its notice, until when it is kept.';
COMMENT ON COLUMN contact_privacy.notice_due_on IS 'The last day on which the notice of Article 14 GDPR is in time; NULL: none is owed, or all was told.';
COMMENT ON COLUMN contact_privacy.retention_due_on IS 'The last day on which it is kept; NULL: it is kept without end.';
COMMENT ON COLUMN contact_privacy.announced_at IS 'Since when it is to be erased once the cooling period is over; NULL: it is not.';

CREATE TABLE privacy_statements (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('ground', 'notice')),
    ground     text CHECK (ground IN ('consent', 'contract', 'legal_obligation', 'vital_interest',
                                      'public_interest', 'legitimate_interest')),
    reason     text,
    sources    text[] NOT NULL DEFAULT '{}',
    stated_by  text NOT NULL,
    stated_at  timestamptz NOT NULL,
    batch_id   uuid,
    undone_at  timestamptz,
    undone_by  text
);
CREATE INDEX privacy_statements_contact ON privacy_statements (contact_id);
CREATE INDEX privacy_statements_batch ON privacy_statements (batch_id) WHERE batch_id IS NOT NULL;
COMMENT ON TABLE privacy_statements IS 'What people said of a contact''s ground, and that its notice was sent; only added, or marked as undone.';
COMMENT ON COLUMN privacy_statements.ground IS 'Of a ground; NULL: it is by rule again.';
COMMENT ON COLUMN privacy_statements.sources IS 'Of a notice: the sources that it named.';

CREATE TABLE source_grounds (
    source text PRIMARY KEY,
    ground text CHECK (ground IN ('consent', 'contract', 'legal_obligation', 'vital_interest', 'public_interest',
                                  'legitimate_interest')),
    origin text CHECK (origin IN ('request', 'form', 'event', 'list', 'system', 'provider')),
    set_by text NOT NULL,
    set_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(ground, origin) > 0)
);
COMMENT ON TABLE source_grounds IS 'What people say of all that comes from a source or with an import of this source: on what ground, how it came.';

CREATE TABLE privacy_settings (
    one_row       boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    definition    jsonb NOT NULL DEFAULT '{}',
    looked_until  uuid,
    looked_at     timestamptz
);
INSERT INTO privacy_settings DEFAULT VALUES;
COMMENT ON TABLE privacy_settings IS 'One row: who the controller is, the rules of retention, and whether they are applied.';
COMMENT ON COLUMN privacy_settings.looked_until IS 'Up to which contact the round is that works out contact_privacy; NULL: it begins anew.';
