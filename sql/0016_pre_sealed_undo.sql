-- What an import is undone by is encrypted; rows of a dry run; who vouches for a submission's ids; names of a key.
-- depends: 0015_pre_pull_windows

-- No release wrote this table: imports by the code before cannot be undone.
DELETE FROM import_created WHERE job_id IN (SELECT job_id FROM import_changes);
DELETE FROM import_changes;
ALTER TABLE import_changes DROP COLUMN before, DROP COLUMN after,
    ADD COLUMN before bytea NOT NULL, ADD COLUMN after bytea NOT NULL, ADD COLUMN key_hashes text[] NOT NULL;
CREATE INDEX import_changes_keys ON import_changes USING gin (key_hashes);
COMMENT ON TABLE import_changes IS 'Known people and companies before an import changed them and after, encrypted: table: rows. Gone as import_created.';
COMMENT ON COLUMN import_changes.key_hashes IS 'Keyed hashes of the identity keys in it: who is erased is found by them.';

ALTER TABLE intake ADD COLUMN account text;
COMMENT ON COLUMN intake.account IS 'Who vouches for the ids of other systems in it: a source, or that of a file; NULL: nobody.';

ALTER TABLE contact_identities ADD COLUMN names text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN contact_identities.names IS 'By which names the person came with an address: folded, as they sound, and how they begin.';

ALTER TABLE job_people ADD COLUMN number integer NOT NULL DEFAULT 0, ADD COLUMN place integer NOT NULL DEFAULT 0,
    ADD COLUMN lead bytea;
ALTER TABLE job_people DROP CONSTRAINT job_people_pkey, ADD PRIMARY KEY (job_id, key, number, place);
COMMENT ON TABLE job_people IS 'Rows of a dry run so far, by keyed hashes of their people: what later rows of these would find.';
COMMENT ON COLUMN job_people.number IS 'The chunk; place: the row in it.';
COMMENT ON COLUMN job_people.lead IS 'The raw lead, encrypted.';
