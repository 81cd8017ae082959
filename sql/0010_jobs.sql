-- Imports as jobs in small steps.
-- depends: 0008_forms

-- The one of 0002 was never used.
DROP TABLE jobs;
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
