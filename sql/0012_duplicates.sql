-- Finding contacts that may be one person, and merging them.
-- depends: 0011_customer_search

CREATE TABLE contact_checks (
    contact_id uuid PRIMARY KEY REFERENCES contacts ON DELETE CASCADE,
    version    integer NOT NULL,
    compared   boolean NOT NULL DEFAULT false
);
CREATE INDEX contact_checks_waiting ON contact_checks (contact_id) WHERE NOT compared;
COMMENT ON TABLE contact_checks IS 'How far the search for duplicates is: the version of the contact that its keys were made of, and whether it was compared since.';

CREATE TABLE contact_blocks (
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    key        bigint NOT NULL,
    PRIMARY KEY (key, contact_id)
);
CREATE INDEX contact_blocks_contact ON contact_blocks (contact_id);
COMMENT ON TABLE contact_blocks IS 'Hashed blocking keys: contacts that share one are compared. Made anew from the contacts at any time.';

CREATE INDEX duplicates_state ON duplicates (state, id DESC);
CREATE INDEX duplicates_right ON duplicates (right_id);

CREATE TABLE merges (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    duplicate_id uuid NOT NULL UNIQUE,
    kept_id      uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    lost_id      uuid NOT NULL UNIQUE,
    score        real NOT NULL,
    reasons      jsonb NOT NULL,
    snapshot     bytea NOT NULL,
    actor        text NOT NULL,
    at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX merges_kept ON merges (kept_id);
COMMENT ON TABLE merges IS 'Contacts that became one: where the lost one''s id leads to. It goes when the kept contact is erased.';
COMMENT ON COLUMN merges.snapshot IS 'The lost contact, its claims and the ids of all that was moved, encrypted: enough to take the merge back.';
