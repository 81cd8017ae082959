-- What production learns of providers, what was corrected of their answers, the mail of addresses by class.
-- depends: 0021_pre_spent

CREATE TABLE learnt (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version  uuid NOT NULL,
    read_to  timestamptz NOT NULL,
    state    jsonb NOT NULL
);
COMMENT ON TABLE learnt IS 'What planning believes of providers, learnt from the ledger; one row, of nobody.';
COMMENT ON COLUMN learnt.version IS 'Another one with each change: who planned by this one need not read the state again.';
COMMENT ON COLUMN learnt.read_to IS 'What was answered or corrected before is learnt.';

CREATE INDEX provider_calls_answered ON provider_calls (answered_at) WHERE outcome IN ('found', 'not_found');

CREATE TABLE corrections (
    call_id uuid NOT NULL REFERENCES provider_calls (id) ON DELETE CASCADE,
    place   text NOT NULL,
    cause   text NOT NULL CHECK (cause IN ('edited', 'bounced', 'wrong_subject')),
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (call_id, place)
);
COMMENT ON TABLE corrections IS 'What of an answer turned out to be wrong, each once.';
COMMENT ON COLUMN corrections.place IS 'Such as contact.job_title; empty where the answer is about somebody else.';
CREATE INDEX corrections_at ON corrections (at);

CREATE TABLE left_leads (
    id      uuid PRIMARY KEY DEFAULT uuidv7(),
    lead_id uuid NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    gain    double precision NOT NULL,
    doubt   double precision NOT NULL
);
COMMENT ON TABLE left_leads IS 'Leads about which no more is asked, until it is learnt at which doubt they were left.';

ALTER TABLE events ADD COLUMN email_status text;
COMMENT ON COLUMN events.email_status IS 'Of what became of a mail: the class that the address had then.';
CREATE INDEX events_mail ON events (email_status, contact_id, type) WHERE email_status IS NOT NULL;
