-- One identity key may be several people's, and a merge can be taken back: rows keep whom they are about.
-- depends: 0010_pre_refusals

ALTER TABLE contact_identities ADD COLUMN person_id uuid;
CREATE UNIQUE INDEX contact_identities_key
    ON contact_identities (kind, value, contact_id, person_id) NULLS NOT DISTINCT;
ALTER TABLE contact_identities DROP CONSTRAINT contact_identities_pkey;
COMMENT ON TABLE contact_identities IS 'Keys by which a person is recognised without review, while the names do not contradict each other; on a mailbox there may be several.';
COMMENT ON COLUMN contact_identities.person_id IS 'The contact whose it was before that one was merged into this.';

ALTER TABLE events ADD COLUMN person_id uuid;
COMMENT ON COLUMN events.person_id IS 'The contact who did it, who may be merged into another; NULL: known of the lead alone.';
ALTER TABLE intake ADD COLUMN person_id uuid;
COMMENT ON COLUMN intake.person_id IS 'The contact who was recognised, if that one had been merged into another.';

COMMENT ON TABLE merges IS 'Contacts that became one: where the lost one''s id leads to. What sources say of the lost one stays in provenance under its id. It goes when the kept contact is erased, or when it is taken back.';
COMMENT ON COLUMN merges.snapshot IS 'Both contacts and their open leads as they were, and what was moved, encrypted: what is needed to take the merge back.';

-- Names are compared in Latin letters now: the keys by which contacts meet are made anew.
DELETE FROM contact_checks;
