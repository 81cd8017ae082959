-- Long work in small steps: imports, and the search for contacts that may be one person.
-- depends: 0005_access

CREATE TABLE jobs (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    kind        text NOT NULL CHECK (kind IN ('import')),
    state       text NOT NULL DEFAULT 'queued'
                CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    created_by  text NOT NULL,
    key         text,
    plan        bytea NOT NULL,
    dry_run     boolean NOT NULL DEFAULT false,
    lane        text NOT NULL CHECK (lane IN ('interactive', 'bulk')),
    chunk_rows  integer NOT NULL,
    chunks      integer,
    next_chunk  integer NOT NULL DEFAULT 0,
    total       integer,
    created     integer NOT NULL DEFAULT 0,
    updated     integer NOT NULL DEFAULT 0,
    rejected    integer NOT NULL DEFAULT 0,
    suppressed  integer NOT NULL DEFAULT 0,
    attempts    integer NOT NULL DEFAULT 0,
    error       text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX jobs_unfinished_key ON jobs (key) WHERE state IN ('queued', 'running', 'failed');
CREATE INDEX jobs_key ON jobs (key, id DESC);
CREATE INDEX jobs_due ON jobs (id) WHERE state IN ('queued', 'running') AND chunks IS NOT NULL;
COMMENT ON TABLE jobs IS 'Long work in small steps; each step is one transaction, so that a kill loses nothing and doubles nothing.';
COMMENT ON COLUMN jobs.key IS 'Keyed hash of a file and of how it is imported: the same command goes on where it stopped.';
COMMENT ON COLUMN jobs.plan IS 'Encrypted: encoding, delimiter, columns, source.';
COMMENT ON COLUMN jobs.chunks IS 'How many chunks are stored; null while the file itself is with the command line.';

CREATE TABLE job_chunks (
    job_id uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
    number integer NOT NULL,
    rows   bytea NOT NULL,
    PRIMARY KEY (job_id, number)
);
COMMENT ON TABLE job_chunks IS 'Rows that wait for their step, encrypted; gone when it is done.';

CREATE TABLE job_rejects (
    job_id uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
    number integer NOT NULL,
    rows   bytea NOT NULL,
    PRIMARY KEY (job_id, number)
);
COMMENT ON TABLE job_rejects IS 'Refused rows of a chunk with their reasons, encrypted.';

CREATE TABLE job_people (
    job_id uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
    key    text NOT NULL,
    PRIMARY KEY (job_id, key)
);
COMMENT ON TABLE job_people IS 'Keyed hashes of the people of a dry run so far: who comes twice would be created once.';

CREATE TABLE duplicates (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    left_id     uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    right_id    uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    score       real NOT NULL,
    reasons     jsonb NOT NULL,
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'merged', 'dismissed')),
    decided_by  text,
    decided_at  timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CHECK (left_id < right_id),
    UNIQUE (left_id, right_id)
);
CREATE INDEX duplicates_state ON duplicates (state, id DESC);
CREATE INDEX duplicates_right ON duplicates (right_id);
COMMENT ON TABLE duplicates IS 'Pairs of contacts that may be one person, for review.';

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
COMMENT ON COLUMN merges.snapshot IS 'The lost contact, its provenance and the ids of all that was moved, encrypted: enough to take the merge back.';
