-- Files for people: what is said of their rows, mappings to use again, and what an import can be undone by.
-- depends: 0011_pre_identity

ALTER TABLE jobs DROP CONSTRAINT jobs_state_check;
ALTER TABLE jobs ADD CONSTRAINT jobs_state_check
    CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'undoing', 'undone'));
ALTER TABLE jobs ADD COLUMN skipped integer NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN warnings jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN jobs.skipped IS 'Lines of the report around the table, which are no people.';
COMMENT ON COLUMN jobs.warnings IS 'Place of the column, counted from 0: code: rows. Empty where a value is of no column.';

CREATE TABLE job_remarks (
    job_id uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
    number integer NOT NULL,
    rows   bytea NOT NULL,
    PRIMARY KEY (job_id, number)
);
COMMENT ON TABLE job_remarks IS 'Rows of a chunk that were skipped, or taken with warnings, with what was said of them, encrypted.';

CREATE TABLE import_mappings (
    name       text PRIMARY KEY,
    signature  text NOT NULL UNIQUE,
    mapping    bytea NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE import_mappings IS 'How the columns of a source were mapped: a file with the same header is read so again.';
COMMENT ON COLUMN import_mappings.signature IS 'Keyed hash of the header.';
COMMENT ON COLUMN import_mappings.mapping IS 'Encrypted: field by column, what becomes of unknown ones, source.';

CREATE TABLE import_created (
    job_id           uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
    number           integer NOT NULL,
    contact_ids      uuid[] NOT NULL,
    organization_ids uuid[] NOT NULL,
    lead_ids         uuid[] NOT NULL,
    intake_ids       uuid[] NOT NULL,
    PRIMARY KEY (job_id, number)
);
COMMENT ON TABLE import_created IS 'What came with a chunk of an import. Gone when it is undone, or its undo is no longer possible.';

CREATE TABLE import_changes (
    job_id      uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
    entity_id   uuid NOT NULL,
    number      integer NOT NULL,
    entity_kind text NOT NULL CHECK (entity_kind IN ('contact', 'organization')),
    before      jsonb NOT NULL,
    after       jsonb NOT NULL,
    PRIMARY KEY (job_id, entity_id, number)
);
CREATE INDEX import_changes_entity ON import_changes (entity_id);
COMMENT ON TABLE import_changes IS 'Known people and companies before an import changed them and after: table: rows. Gone as import_created.';
COMMENT ON COLUMN import_changes.number IS 'The chunk; a later one begins a row of its own where others changed the entity meanwhile.';

CREATE TABLE import_kept (
    job_id      uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
    entity_id   uuid NOT NULL,
    entity_kind text NOT NULL CHECK (entity_kind IN ('contact', 'organization', 'lead')),
    fields      text[] NOT NULL,
    PRIMARY KEY (job_id, entity_id)
);
COMMENT ON TABLE import_kept IS 'What the undo of an import left, because others changed it since: fields of it, or all of it.';

ALTER TABLE leads ADD COLUMN external_ids jsonb NOT NULL DEFAULT '{}';
ALTER TABLE leads ADD COLUMN owner_name text;
ALTER TABLE leads ADD COLUMN outcome text;
ALTER TABLE leads ADD COLUMN outcome_at text;
COMMENT ON COLUMN leads.external_ids IS 'System: the record''s id there.';
COMMENT ON COLUMN leads.owner_name IS 'Who has it in the system that it comes from, as that says it.';
COMMENT ON COLUMN leads.outcome IS 'What became of it there: won, lost, converted … as that says it.';

ALTER TABLE contact_identities DROP CONSTRAINT contact_identities_kind_check;
ALTER TABLE contact_identities ADD CONSTRAINT contact_identities_kind_check
    CHECK (kind IN ('email', 'linkedin', 'mobile', 'external'));
