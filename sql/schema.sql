-- The whole present schema, to be read. Made by `make schema` from the numbered files beside it, which alone are run.

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';

CREATE FUNCTION public.count_intake_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO count_changes SELECT figure, day, name, sum(n) FROM (SELECT f.*, -1 AS n FROM before r, intake_figures(r.outcome) f) change GROUP BY figure, day, name HAVING sum(n) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.count_intake_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO count_changes SELECT figure, day, name, sum(n) FROM (SELECT f.*, 1 AS n FROM after r, intake_figures(r.outcome) f) change GROUP BY figure, day, name HAVING sum(n) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.count_intake_truncate() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN PERFORM pg_advisory_xact_lock(73); DELETE FROM counts WHERE figure = ANY('{outcome}'::text[]); DELETE FROM count_changes WHERE figure = ANY('{outcome}'::text[]); RETURN NULL; END $$;

CREATE FUNCTION public.count_intake_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO count_changes SELECT figure, day, name, sum(n) FROM (SELECT f.*, 1 AS n FROM after r, intake_figures(r.outcome) f UNION ALL SELECT f.*, -1 AS n FROM before r, intake_figures(r.outcome) f) change GROUP BY figure, day, name HAVING sum(n) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.count_leads_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO count_changes SELECT figure, day, name, sum(n) FROM (SELECT f.*, -1 AS n FROM before r, lead_figures(r.created_at, r.source, r.grade) f) change GROUP BY figure, day, name HAVING sum(n) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.count_leads_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO count_changes SELECT figure, day, name, sum(n) FROM (SELECT f.*, 1 AS n FROM after r, lead_figures(r.created_at, r.source, r.grade) f) change GROUP BY figure, day, name HAVING sum(n) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.count_leads_truncate() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN PERFORM pg_advisory_xact_lock(73); DELETE FROM counts WHERE figure = ANY('{grade,day,source}'::text[]); DELETE FROM count_changes WHERE figure = ANY('{grade,day,source}'::text[]); RETURN NULL; END $$;

CREATE FUNCTION public.count_leads_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO count_changes SELECT figure, day, name, sum(n) FROM (SELECT f.*, 1 AS n FROM after r, lead_figures(r.created_at, r.source, r.grade) f UNION ALL SELECT f.*, -1 AS n FROM before r, lead_figures(r.created_at, r.source, r.grade) f) change GROUP BY figure, day, name HAVING sum(n) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.count_work_items_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO count_changes SELECT figure, day, name, sum(n) FROM (SELECT f.*, -1 AS n FROM before r, work_figures(r.stage) f) change GROUP BY figure, day, name HAVING sum(n) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.count_work_items_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO count_changes SELECT figure, day, name, sum(n) FROM (SELECT f.*, 1 AS n FROM after r, work_figures(r.stage) f) change GROUP BY figure, day, name HAVING sum(n) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.count_work_items_truncate() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN PERFORM pg_advisory_xact_lock(73); DELETE FROM counts WHERE figure = ANY('{stage}'::text[]); DELETE FROM count_changes WHERE figure = ANY('{stage}'::text[]); RETURN NULL; END $$;

CREATE FUNCTION public.count_work_items_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO count_changes SELECT figure, day, name, sum(n) FROM (SELECT f.*, 1 AS n FROM after r, work_figures(r.stage) f UNION ALL SELECT f.*, -1 AS n FROM before r, work_figures(r.stage) f) change GROUP BY figure, day, name HAVING sum(n) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.forget_email_status() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.email_status IS NOT DISTINCT FROM OLD.email_status THEN
        NEW.email_status := NULL;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.intake_figures(outcome text) RETURNS TABLE(figure text, day date, name text)
    LANGUAGE sql STABLE
    AS $$
    VALUES ('outcome', NULL::date, outcome)
$$;

CREATE FUNCTION public.keep_owner() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    told uuid;
BEGIN
    IF TG_OP = 'INSERT' AND NEW.owner_id IS NULL
       OR TG_OP = 'UPDATE' AND NEW.owner_id IS NOT DISTINCT FROM OLD.owner_id AND NEW.owner IS DISTINCT FROM OLD.owner THEN
        SELECT id INTO told FROM users WHERE email = lower(btrim(NEW.owner))
            AND (disabled_at IS NULL OR NEW.status NOT IN ('new', 'working', 'qualified'));
        NEW.owner_id := told;
        IF told IS NULL AND NEW.owner IS NOT NULL THEN
            NEW.owner_name := NEW.owner;
        END IF;
    ELSE
        NEW.owner := (SELECT email FROM users WHERE id = NEW.owner_id);
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.lead_figures(created_at timestamp with time zone, source text, grade text) RETURNS TABLE(figure text, day date, name text)
    LANGUAGE sql STABLE
    AS $$
    VALUES ('grade', NULL::date, coalesce(grade, 'unscored')),
           ('day', (created_at AT TIME ZONE 'UTC')::date, coalesce(grade, 'unscored')),
           ('source', NULL, source)
$$;

CREATE TABLE public.contacts (
    id uuid DEFAULT uuidv7() NOT NULL,
    org_id uuid,
    email text,
    email_canonical text,
    email_type text,
    name text,
    first_name text,
    last_name text,
    job_title text,
    seniority text,
    department text,
    phone text,
    phone_extension text,
    phone_country text,
    phone_type text,
    linkedin text,
    country text,
    region text,
    city text,
    consent jsonb DEFAULT '{}'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    refused jsonb DEFAULT '{}'::jsonb NOT NULL,
    email_status text,
    CONSTRAINT contacts_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT contacts_email_status_check CHECK ((email_status = ANY (ARRAY['valid'::text, 'catch_all_likely'::text, 'catch_all'::text, 'invalid'::text, 'unknown'::text]))),
    CONSTRAINT contacts_email_type_check CHECK ((email_type = ANY (ARRAY['corporate'::text, 'free'::text, 'role'::text, 'disposable'::text])))
);

COMMENT ON TABLE public.contacts IS 'People, one row per person.';

COMMENT ON COLUMN public.contacts.refused IS 'Purpose: true, of all that the person refuses now; made from refusals.';

COMMENT ON COLUMN public.contacts.email_status IS 'What verifiers say of the address; null: nobody was asked.';

CREATE TABLE public.organizations (
    id uuid DEFAULT uuidv7() NOT NULL,
    name text,
    domain text,
    company_key text,
    legal_form text,
    industry text,
    employee_count integer,
    company_size text,
    revenue numeric,
    revenue_range text,
    country text,
    region text,
    city text,
    founded_year integer,
    linkedin text,
    description text,
    technologies text[],
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    mail_host text,
    spf text,
    dmarc text,
    email_pattern text,
    CONSTRAINT organizations_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT organizations_employee_count_check CHECK ((employee_count >= 0)),
    CONSTRAINT organizations_revenue_check CHECK ((revenue >= (0)::numeric))
);

COMMENT ON TABLE public.organizations IS 'Companies, one row per registrable domain (or per matching key where no domain is known).';

COMMENT ON COLUMN public.organizations.company_size IS 'Head count band in People Data Labs'' vocabulary, e.g. 51-200.';

COMMENT ON COLUMN public.organizations.revenue IS 'Annual revenue as stated, in whole currency units.';

COMMENT ON COLUMN public.organizations.version IS 'Grows with every write; the ETag of the HTTP resource.';

COMMENT ON COLUMN public.organizations.mail_host IS 'Registered domain of who takes the mail of its domain; none: it takes no mail.';

COMMENT ON COLUMN public.organizations.email_pattern IS 'How its addresses are made, e.g. {first}.{last}; {f} and {l} are initials.';

CREATE FUNCTION public.lead_search_text(c public.contacts, o public.organizations) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT lower(concat_ws(' ', coalesce(c.name, nullif(concat_ws(' ', c.first_name, c.last_name), '')),
                           c.email, o.name, o.domain, c.job_title, c.phone))
$$;

CREATE FUNCTION public.lead_search_text(c public.contacts, o public.organizations, tags text[]) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT concat_ws(' ', lead_search_text(c, o), (SELECT string_agg(lower(tag), ' ' ORDER BY tag) FROM unnest(tags) tag))
$$;

CREATE FUNCTION public.leave_leads() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE leads SET owner_id = NULL, owner_name = NEW.email
        WHERE owner_id = NEW.id AND status IN ('new', 'working', 'qualified');
    RETURN NULL;
END $$;

CREATE FUNCTION public.refresh_search() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$ BEGIN
    UPDATE leads l SET search_text = (
        SELECT lead_search_text(c, o, l.tags) FROM contacts c LEFT JOIN organizations o ON o.id = l.org_id
        WHERE c.id = l.contact_id)
    WHERE l.id = ANY(CASE TG_TABLE_NAME
        WHEN 'organizations' THEN ARRAY(SELECT id FROM leads WHERE org_id = NEW.id)
        ELSE ARRAY[NEW.id] END)
      AND l.search_text IS DISTINCT FROM (
        SELECT lead_search_text(c, o, l.tags) FROM contacts c LEFT JOIN organizations o ON o.id = l.org_id
        WHERE c.id = l.contact_id);
    RETURN NULL;
END $$;

CREATE FUNCTION public.refresh_search_of_contacts() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    changed uuid[] := ARRAY(SELECT id FROM (
        SELECT id, name, first_name, last_name, email, job_title, phone FROM after
        EXCEPT SELECT id, name, first_name, last_name, email, job_title, phone FROM before) c);
BEGIN
    IF cardinality(changed) > 0 THEN
        UPDATE leads l SET search_text = (
            SELECT lead_search_text(c, o, l.tags) FROM contacts c LEFT JOIN organizations o ON o.id = l.org_id
            WHERE c.id = l.contact_id)
        WHERE l.contact_id = ANY(changed) AND l.search_text IS DISTINCT FROM (
            SELECT lead_search_text(c, o, l.tags) FROM contacts c LEFT JOIN organizations o ON o.id = l.org_id
            WHERE c.id = l.contact_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.spent_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO spent_changes SELECT (coalesce(started_at, planned_at) AT TIME ZONE 'UTC')::date AS day, provider, sandbox, sum(usd) FROM (SELECT b.*, -price AS usd FROM before b WHERE price > 0) change GROUP BY 1, 2, 3 HAVING sum(usd) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.spent_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO spent_changes SELECT (coalesce(started_at, planned_at) AT TIME ZONE 'UTC')::date AS day, provider, sandbox, sum(usd) FROM (SELECT a.*, price AS usd FROM after a WHERE price > 0) change GROUP BY 1, 2, 3 HAVING sum(usd) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.spent_truncate() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM spent;
    DELETE FROM spent_changes;
    RETURN NULL;
END $$;

CREATE FUNCTION public.spent_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO spent_changes SELECT (coalesce(started_at, planned_at) AT TIME ZONE 'UTC')::date AS day, provider, sandbox, sum(usd) FROM (SELECT a.*, price AS usd FROM after a WHERE price > 0 UNION ALL SELECT b.*, -price AS usd FROM before b WHERE price > 0) change GROUP BY 1, 2, 3 HAVING sum(usd) <> 0; RETURN NULL; END $$;

CREATE FUNCTION public.work_figures(stage text) RETURNS TABLE(figure text, day date, name text)
    LANGUAGE sql STABLE
    AS $$
    VALUES ('stage', NULL::date, stage)
$$;

CREATE TABLE public.absences (
    id uuid DEFAULT uuidv7() NOT NULL,
    user_id uuid NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    source text NOT NULL,
    uid text NOT NULL,
    CONSTRAINT absences_check CHECK ((ends_at > starts_at)),
    CONSTRAINT absences_source_check CHECK ((source = ANY (ARRAY['person'::text, 'calendar'::text])))
);

COMMENT ON TABLE public.absences IS 'When people are away: said by somebody, or read from their calendar feed.';

CREATE TABLE public.assignments (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    user_id uuid,
    previous_id uuid,
    kind text NOT NULL,
    reason text NOT NULL,
    rule text,
    model_version text,
    actor text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    undone_at timestamp with time zone,
    CONSTRAINT assignments_kind_check CHECK ((kind = ANY (ARRAY['routing'::text, 'person'::text, 'claim'::text, 'owner_name'::text, 'left'::text, 'escalation'::text, 'merge'::text, 'undo'::text])))
);

COMMENT ON TABLE public.assignments IS 'Who a lead went to, from whom, by whom and why; only added to, but for undone_at.';

CREATE TABLE public.audit_log (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    entity_kind text NOT NULL,
    entity_id text NOT NULL,
    before jsonb,
    after jsonb,
    request_id text
);

COMMENT ON TABLE public.audit_log IS 'Who changed what. Personal data is not copied here: changed fields are named, values only where they name nobody.';

ALTER TABLE public.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.backups (
    name text NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    release text NOT NULL,
    bytes bigint NOT NULL,
    verified_at timestamp with time zone,
    CONSTRAINT backups_bytes_check CHECK ((bytes > 0))
);

COMMENT ON TABLE public.backups IS 'Backups that were made; verified_at: when it was last restored to try it.';

CREATE TABLE public.batches (
    id uuid DEFAULT uuidv7() NOT NULL,
    lane text NOT NULL,
    size integer NOT NULL,
    execution_id text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    stepped_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT batches_lane_check CHECK ((lane = ANY (ARRAY['interactive'::text, 'bulk'::text])))
);

COMMENT ON TABLE public.batches IS 'Claims: each is the name of the leads that one run of the enrichment workflow took at once.';

COMMENT ON COLUMN public.batches.stepped_at IS 'When its run last did a step. A lead whose last step is older was passed by: the run went on with others.';

CREATE TABLE public.clients (
    id text NOT NULL,
    secret_hash text NOT NULL,
    scopes text[] NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.clients IS 'Programs that call the API; secrets are stored as scrypt hashes.';

CREATE TABLE public.contact_blocks (
    contact_id uuid NOT NULL,
    key bigint NOT NULL
);

COMMENT ON TABLE public.contact_blocks IS 'Hashed blocking keys: contacts that share one are compared. Made anew from the contacts at any time.';

CREATE TABLE public.contact_checks (
    contact_id uuid NOT NULL,
    version integer NOT NULL,
    compared boolean DEFAULT false NOT NULL
);

COMMENT ON TABLE public.contact_checks IS 'How far the search for duplicates is: the version of the contact that its keys were made of, and whether it was compared since.';

CREATE TABLE public.contact_identities (
    kind text NOT NULL,
    value text NOT NULL,
    contact_id uuid NOT NULL,
    person_id uuid,
    names text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT contact_identities_kind_check CHECK ((kind = ANY (ARRAY['email'::text, 'linkedin'::text, 'mobile'::text, 'external'::text])))
);

COMMENT ON TABLE public.contact_identities IS 'Keys by which a person is recognised without review, while the names do not contradict each other; on a mailbox there may be several.';

COMMENT ON COLUMN public.contact_identities.person_id IS 'The contact whose it was before that one was merged into this.';

COMMENT ON COLUMN public.contact_identities.names IS 'By which names the person came with an address: folded, as they sound, and how they begin.';

CREATE TABLE public.contact_privacy (
    contact_id uuid NOT NULL,
    ground text NOT NULL,
    ground_by text NOT NULL,
    standing text NOT NULL,
    notice_due_on date,
    notice_sent_on date,
    retention_months integer,
    retention_from date NOT NULL,
    retention_due_on date,
    announced_at timestamp with time zone,
    CONSTRAINT contact_privacy_ground_by_check CHECK ((ground_by = ANY (ARRAY['rule'::text, 'source'::text, 'person'::text]))),
    CONSTRAINT contact_privacy_ground_check CHECK ((ground = ANY (ARRAY['consent'::text, 'contract'::text, 'legal_obligation'::text, 'vital_interest'::text, 'public_interest'::text, 'legitimate_interest'::text]))),
    CONSTRAINT contact_privacy_standing_check CHECK ((standing = ANY (ARRAY['customer'::text, 'objected'::text, 'open'::text, 'closed'::text])))
);

COMMENT ON TABLE public.contact_privacy IS 'Worked out of all that is stored of a contact, again and again: its ground, the clock of its notice, until when it is kept.';

COMMENT ON COLUMN public.contact_privacy.notice_due_on IS 'The last day on which the notice of Article 14 GDPR is in time; NULL: none is owed, or all was told.';

COMMENT ON COLUMN public.contact_privacy.retention_due_on IS 'The last day on which it is kept; NULL: it is kept without end.';

COMMENT ON COLUMN public.contact_privacy.announced_at IS 'Since when it is to be erased once the cooling period is over; NULL: it is not.';

CREATE TABLE public.corrections (
    call_id uuid NOT NULL,
    place text NOT NULL,
    cause text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT corrections_cause_check CHECK ((cause = ANY (ARRAY['edited'::text, 'bounced'::text, 'wrong_subject'::text])))
);

COMMENT ON TABLE public.corrections IS 'What of an answer turned out to be wrong, each once.';

COMMENT ON COLUMN public.corrections.place IS 'Such as contact.job_title; empty where the answer is about somebody else.';

CREATE TABLE public.count_changes (
    figure text NOT NULL,
    day date,
    name text NOT NULL,
    n bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='2000');

COMMENT ON TABLE public.count_changes IS 'The difference that each statement made, part of its transaction; added to counts every minute.';

CREATE TABLE public.counts (
    figure text NOT NULL,
    day date,
    name text NOT NULL,
    n bigint NOT NULL,
    CONSTRAINT counts_figure_check CHECK ((figure = ANY (ARRAY['grade'::text, 'day'::text, 'source'::text, 'stage'::text, 'outcome'::text])))
);

COMMENT ON TABLE public.counts IS 'How many there are, together with count_changes: leads by grade, by UTC day and grade, by source; work by stage; intake by outcome.';

CREATE TABLE public.deliveries (
    subscription_id uuid NOT NULL,
    event_id uuid NOT NULL,
    state text DEFAULT 'owed'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    last_status integer,
    last_error text,
    delivered_at timestamp with time zone,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT deliveries_state_check CHECK ((state = ANY (ARRAY['owed'::text, 'delivered'::text, 'failed'::text])))
);

COMMENT ON TABLE public.deliveries IS 'The outbox of events: one for each event and subscription that wants it.';

CREATE TABLE public.duplicates (
    id uuid DEFAULT uuidv7() NOT NULL,
    left_id uuid NOT NULL,
    right_id uuid NOT NULL,
    score real NOT NULL,
    reasons jsonb NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    decided_by text,
    decided_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT duplicates_check CHECK ((left_id < right_id)),
    CONSTRAINT duplicates_state_check CHECK ((state = ANY (ARRAY['open'::text, 'merged'::text, 'dismissed'::text])))
);

COMMENT ON TABLE public.duplicates IS 'Pairs of contacts that may be one person, for review.';

CREATE TABLE public.employments (
    id uuid DEFAULT uuidv7() NOT NULL,
    contact_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    source text NOT NULL,
    until timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.employments IS 'Companies that contacts were of before the one that they are of now.';

COMMENT ON COLUMN public.employments.source IS 'Who told the new employer.';

CREATE TABLE public.events (
    id uuid DEFAULT uuidv7() NOT NULL,
    contact_id uuid,
    lead_id uuid,
    type text NOT NULL,
    occurred_at timestamp with time zone DEFAULT now() NOT NULL,
    properties jsonb DEFAULT '{}'::jsonb NOT NULL,
    source text NOT NULL,
    dedupe_key text,
    person_id uuid,
    intake_id uuid,
    email_status text,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    key_hash text,
    device_hash text,
    anonymous boolean DEFAULT false NOT NULL,
    machine text,
    CONSTRAINT events_of_somebody CHECK ((num_nonnulls(contact_id, key_hash, device_hash) > 0))
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.05');

COMMENT ON TABLE public.events IS 'What people did: forms, demo requests, page views, mail opens, replies, meetings.';

COMMENT ON COLUMN public.events.person_id IS 'The contact who did it, who may be merged into another; NULL: known of the lead alone.';

COMMENT ON COLUMN public.events.intake_id IS 'The submission that it came with.';

COMMENT ON COLUMN public.events.email_status IS 'Of what became of a mail: the class that the address had then.';

COMMENT ON COLUMN public.events.received_at IS 'Since when it is known to be of this person: when it came, or when its person was found.';

COMMENT ON COLUMN public.events.key_hash IS 'Of a person who was not known when it came: the keyed hash of the identity key by which they were named. It waits while it has no contact.';

COMMENT ON COLUMN public.events.device_hash IS 'The keyed hash of the anonymous id of the browser or app.';

COMMENT ON COLUMN public.events.anonymous IS 'It names a device alone: whose it is follows from who was seen on that device (sidecar/intake/devices.py).';

COMMENT ON COLUMN public.events.machine IS 'By what it is known to be a machine''s (sidecar/robots/): it is kept, and scores nothing. NULL: a person''s.';

CREATE TABLE public.follow_ups (
    lead_id uuid NOT NULL,
    number integer NOT NULL,
    step integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    told_id uuid
);

COMMENT ON TABLE public.follow_ups IS 'Reminders (step 1) and escalations (from step 2) of hot leads that nobody touched: each once.';

CREATE TABLE public.forms (
    key text NOT NULL,
    name text NOT NULL,
    origins text[] NOT NULL,
    source text NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.forms IS 'Keyed intake URLs for web pages. The key is public, as a browser keeps no secret; the origins say whose pages may use it.';

CREATE TABLE public.handlings (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    hot_change integer NOT NULL,
    kind text NOT NULL,
    user_id uuid NOT NULL,
    by text NOT NULL,
    channel text NOT NULL,
    press text,
    until timestamp with time zone,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    undone_at timestamp with time zone,
    undone_by text,
    CONSTRAINT handlings_kind_check CHECK ((kind = ANY (ARRAY['claim'::text, 'snooze'::text, 'not_a_fit'::text, 'wrong_person'::text])))
);

COMMENT ON TABLE public.handlings IS 'What people did about hot leads by a button or a link: one row for each press that did something; only added to, but for undone_at.';

COMMENT ON COLUMN public.handlings.by IS 'Who it was, as messages call them.';

COMMENT ON COLUMN public.handlings.press IS 'What the channel calls the press: one that is delivered again does nothing.';

COMMENT ON COLUMN public.handlings.until IS 'Of a snooze: when they are told again.';

COMMENT ON COLUMN public.handlings.before IS 'Of the lead, what it changed, as it was: {status, owner_id, outcome}; after: as it was then.';

CREATE TABLE public.held_answers (
    id uuid DEFAULT uuidv7() NOT NULL,
    contact_id uuid,
    organization_id uuid,
    provider text NOT NULL,
    operation text NOT NULL,
    request_key text NOT NULL,
    code text NOT NULL,
    state text DEFAULT 'held'::text NOT NULL,
    record bytea NOT NULL,
    fetched_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    decided_by text,
    decided_at timestamp with time zone,
    CONSTRAINT held_answers_check CHECK ((num_nonnulls(contact_id, organization_id) = 1)),
    CONSTRAINT held_answers_state_check CHECK ((state = ANY (ARRAY['held'::text, 'accepted'::text, 'rejected'::text])))
);

COMMENT ON TABLE public.held_answers IS 'Answers of providers whose identity conflicts with the subject''s: they count for nothing until a person accepts them; rejected ones are remembered, so that the record never comes back.';

COMMENT ON COLUMN public.held_answers.code IS 'Why it is held: a code of sidecar/enrichment/gate.py.';

COMMENT ON COLUMN public.held_answers.record IS 'Encrypted: whom it is about, what it says, the two values that conflict.';

CREATE TABLE public.hot_changes (
    lead_id uuid NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    owner_id uuid,
    source text NOT NULL,
    touched_at timestamp with time zone,
    touched_by uuid,
    touched_how text,
    claimed_at timestamp with time zone,
    contacted_at timestamp with time zone,
    won_at timestamp with time zone,
    working_minutes real,
    CONSTRAINT hot_changes_touched_how_check CHECK ((touched_how = ANY (ARRAY['claim'::text, 'status'::text, 'button'::text, 'reply'::text, 'call'::text, 'mail'::text]))),
    CONSTRAINT hot_changes_working_minutes_check CHECK ((working_minutes >= (0)::double precision))
);

COMMENT ON TABLE public.hot_changes IS 'Each change of a lead into hot, who had it then, and when somebody first did something about it.';

COMMENT ON COLUMN public.hot_changes.won_at IS 'Since when its status is converted.';

COMMENT ON COLUMN public.hot_changes.working_minutes IS 'Minutes to the first touch in the working time of who had it; NULL: not measured yet.';

CREATE TABLE public.idempotency_keys (
    caller text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status smallint NOT NULL,
    answer bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02');

COMMENT ON TABLE public.idempotency_keys IS 'Requests with an Idempotency-Key: a keyed hash of what was asked, and the encrypted answer. Kept for 24 hours.';

CREATE TABLE public.import_changes (
    job_id uuid NOT NULL,
    entity_id uuid NOT NULL,
    number integer NOT NULL,
    entity_kind text NOT NULL,
    before bytea NOT NULL,
    after bytea NOT NULL,
    key_hashes text[] NOT NULL,
    CONSTRAINT import_changes_entity_kind_check CHECK ((entity_kind = ANY (ARRAY['contact'::text, 'organization'::text])))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.import_changes ALTER COLUMN before SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.import_changes ALTER COLUMN after SET STORAGE EXTERNAL;

COMMENT ON TABLE public.import_changes IS 'Known people and companies before an import changed them and after, encrypted: table: rows. Gone as import_created.';

COMMENT ON COLUMN public.import_changes.number IS 'The chunk; a later one begins a row of its own where others changed the entity meanwhile.';

COMMENT ON COLUMN public.import_changes.key_hashes IS 'Keyed hashes of the identity keys in it: who is erased is found by them.';

CREATE TABLE public.import_created (
    job_id uuid NOT NULL,
    number integer NOT NULL,
    contact_ids uuid[] NOT NULL,
    organization_ids uuid[] NOT NULL,
    lead_ids uuid[] NOT NULL,
    intake_ids uuid[] NOT NULL
);

COMMENT ON TABLE public.import_created IS 'What came with a chunk of an import. Gone when it is undone, or its undo is no longer possible.';

CREATE TABLE public.import_kept (
    job_id uuid NOT NULL,
    entity_id uuid NOT NULL,
    entity_kind text NOT NULL,
    fields text[] NOT NULL,
    CONSTRAINT import_kept_entity_kind_check CHECK ((entity_kind = ANY (ARRAY['contact'::text, 'organization'::text, 'lead'::text])))
);

COMMENT ON TABLE public.import_kept IS 'What the undo of an import left, because others changed it since: fields of it, or all of it.';

CREATE TABLE public.import_mappings (
    name text NOT NULL,
    signature text NOT NULL,
    mapping bytea NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.import_mappings IS 'How the columns of a source were mapped: a file with the same header is read so again.';

COMMENT ON COLUMN public.import_mappings.signature IS 'Keyed hash of the header.';

COMMENT ON COLUMN public.import_mappings.mapping IS 'Encrypted: field by column, what becomes of unknown ones, source.';

CREATE TABLE public.intake (
    id uuid DEFAULT uuidv7() NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    client text NOT NULL,
    source text NOT NULL,
    request_id text,
    payload bytea,
    outcome text NOT NULL,
    errors jsonb DEFAULT '[]'::jsonb NOT NULL,
    lead_id uuid,
    resolved_at timestamp with time zone,
    person_id uuid,
    account text,
    closed_at timestamp with time zone,
    closed_by text,
    CONSTRAINT intake_outcome_check CHECK ((outcome = ANY (ARRAY['created'::text, 'updated'::text, 'rejected'::text, 'suppressed'::text])))
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.05');
ALTER TABLE ONLY public.intake ALTER COLUMN payload SET STORAGE EXTERNAL;

COMMENT ON TABLE public.intake IS 'Every lead that was ever sent in, with what became of it. payload is the raw lead, encrypted.';

COMMENT ON COLUMN public.intake.person_id IS 'The contact who was recognised, if that one had been merged into another.';

COMMENT ON COLUMN public.intake.account IS 'Who vouches for the ids of other systems in it: a source, or that of a file; NULL: nobody.';

COMMENT ON COLUMN public.intake.closed_at IS 'Of a refused lead: since when nobody is to repair it; NULL: it is open, or was repaired.';

CREATE TABLE public.intake_past (
    day date NOT NULL,
    outcome text NOT NULL,
    n bigint NOT NULL
);

COMMENT ON TABLE public.intake_past IS 'Rows of intake that are not kept any more, by UTC day and outcome.';

CREATE TABLE public.job_chunks (
    job_id uuid NOT NULL,
    number integer NOT NULL,
    rows bytea NOT NULL
);
ALTER TABLE ONLY public.job_chunks ALTER COLUMN rows SET STORAGE EXTERNAL;

COMMENT ON TABLE public.job_chunks IS 'Rows that wait for their step, encrypted; gone when it is done.';

CREATE TABLE public.job_leads (
    job_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    outcome text,
    before jsonb,
    CONSTRAINT job_leads_outcome_check CHECK ((outcome = ANY (ARRAY['changed'::text, 'same'::text, 'refused'::text, 'undone'::text, 'kept'::text])))
);

COMMENT ON TABLE public.job_leads IS 'The leads that a job of people changes. Gone some time after it ended: then it cannot be undone.';

COMMENT ON COLUMN public.job_leads.outcome IS 'NULL: not yet. undone: it is as before; kept: somebody changed it since.';

COMMENT ON COLUMN public.job_leads.before IS 'Of a lead that was changed: {status}, {owner_id, assignment_id}, or {tags} (those that it got or lost by it).';

CREATE TABLE public.job_people (
    job_id uuid NOT NULL,
    key text NOT NULL,
    number integer DEFAULT 0 NOT NULL,
    place integer DEFAULT 0 NOT NULL,
    lead bytea
);
ALTER TABLE ONLY public.job_people ALTER COLUMN lead SET STORAGE EXTERNAL;

COMMENT ON TABLE public.job_people IS 'Rows of a dry run so far, by keyed hashes of their people: what later rows of these would find.';

COMMENT ON COLUMN public.job_people.number IS 'The chunk; place: the row in it.';

COMMENT ON COLUMN public.job_people.lead IS 'The raw lead, encrypted.';

CREATE TABLE public.job_rejects (
    job_id uuid NOT NULL,
    number integer NOT NULL,
    rows bytea NOT NULL
);
ALTER TABLE ONLY public.job_rejects ALTER COLUMN rows SET STORAGE EXTERNAL;

COMMENT ON TABLE public.job_rejects IS 'Refused rows of a chunk with their reasons, encrypted.';

CREATE TABLE public.job_remarks (
    job_id uuid NOT NULL,
    number integer NOT NULL,
    rows bytea NOT NULL
);
ALTER TABLE ONLY public.job_remarks ALTER COLUMN rows SET STORAGE EXTERNAL;

COMMENT ON TABLE public.job_remarks IS 'Rows of a chunk that were skipped, or taken with warnings, with what was said of them, encrypted.';

CREATE TABLE public.jobs (
    id uuid DEFAULT uuidv7() NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    created_by text NOT NULL,
    key text,
    plan bytea NOT NULL,
    dry_run boolean DEFAULT false NOT NULL,
    lane text NOT NULL,
    chunk_rows integer NOT NULL,
    chunks integer,
    next_chunk integer DEFAULT 0 NOT NULL,
    total integer,
    created integer DEFAULT 0 NOT NULL,
    updated integer DEFAULT 0 NOT NULL,
    rejected integer DEFAULT 0 NOT NULL,
    suppressed integer DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    skipped integer DEFAULT 0 NOT NULL,
    warnings jsonb DEFAULT '{}'::jsonb NOT NULL,
    "position" uuid,
    CONSTRAINT jobs_kind_check CHECK ((kind = ANY (ARRAY['import'::text, 'rescore'::text, 'bulk'::text, 'erasure'::text, 'backfill'::text]))),
    CONSTRAINT jobs_lane_check CHECK ((lane = ANY (ARRAY['interactive'::text, 'bulk'::text]))),
    CONSTRAINT jobs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text, 'undoing'::text, 'undone'::text])))
);

COMMENT ON TABLE public.jobs IS 'Long work in small steps; each step is one transaction, so that a kill loses nothing and doubles nothing.';

COMMENT ON COLUMN public.jobs.key IS 'Keyed hash of a file and of how it is imported: the same command goes on where it stopped.';

COMMENT ON COLUMN public.jobs.plan IS 'Encrypted: encoding, delimiter, columns, source.';

COMMENT ON COLUMN public.jobs.chunks IS 'How many chunks are stored; null while the file itself is with the command line.';

COMMENT ON COLUMN public.jobs.skipped IS 'Lines of the report around the table, which are no people.';

COMMENT ON COLUMN public.jobs.warnings IS 'Place of the column, counted from 0: code: rows. Empty where a value is of no column.';

COMMENT ON COLUMN public.jobs."position" IS 'Of a job that goes through leads: the last one that is done.';

CREATE TABLE public.lead_events (
    id uuid NOT NULL,
    type text NOT NULL,
    lead_id uuid,
    reject_id uuid,
    data jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT lead_events_check CHECK ((num_nonnulls(lead_id, reject_id) = 1)),
    CONSTRAINT lead_events_type_check CHECK ((type = ANY (ARRAY['lead.created'::text, 'lead.enriched'::text, 'lead.scored'::text, 'lead.became_hot'::text, 'lead.cooled'::text, 'lead.status_changed'::text, 'lead.assigned'::text, 'lead.claimed'::text, 'lead.contacted'::text, 'lead.won'::text, 'lead.employer_changed'::text, 'lead.refusals_changed'::text, 'lead.refused'::text, 'lead.dead'::text, 'lead.let_go'::text])))
)
WITH (autovacuum_vacuum_scale_factor='0.02');

COMMENT ON TABLE public.lead_events IS 'What happened to leads and somebody subscribed to. References only, without foreign keys: those would lock leads after work items. Who erases a lead deletes its events.';

CREATE TABLE public.lead_facts (
    lead_id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    digest text NOT NULL,
    facts jsonb NOT NULL
);

COMMENT ON TABLE public.lead_facts IS 'What scoring saw of a lead, its person and company, from a moment on; a row for each change.';

CREATE TABLE public.lead_scores (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    total_score integer NOT NULL,
    grade text NOT NULL,
    breakdown jsonb NOT NULL,
    model_version text NOT NULL,
    batch_id uuid,
    calculated_at timestamp with time zone NOT NULL,
    previous_grade text,
    events uuid[],
    machine jsonb,
    prediction jsonb,
    digest text,
    CONSTRAINT lead_scores_grade_check CHECK ((grade = ANY (ARRAY['hot'::text, 'warm'::text, 'cold'::text]))),
    CONSTRAINT lead_scores_total_score_check CHECK (((total_score >= 0) AND (total_score <= 10000)))
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.05');

COMMENT ON TABLE public.lead_scores IS 'History of scores, of each claim the last one; breakdown holds components and reasons.';

COMMENT ON COLUMN public.lead_scores.total_score IS 'Hundredths of a point.';

COMMENT ON COLUMN public.lead_scores.previous_grade IS 'The grade that the lead had before, which it keeps at the edge.';

COMMENT ON COLUMN public.lead_scores.events IS 'The events that were counted; NULL in scores from before this column, which cannot be worked out again.';

COMMENT ON COLUMN public.lead_scores.machine IS 'Of the events that were known to be a machine''s then: reason: places in `events`.';

COMMENT ON COLUMN public.lead_scores.prediction IS 'What the predictive model said then.';

COMMENT ON COLUMN public.lead_scores.digest IS 'Of the score and what it was made of: the same again is not written again by a re-scoring.';

CREATE TABLE public.lead_status_history (
    id bigint NOT NULL,
    lead_id uuid NOT NULL,
    from_status text,
    to_status text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.lead_status_history ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.lead_status_history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.leads (
    id uuid DEFAULT uuidv7() NOT NULL,
    contact_id uuid NOT NULL,
    org_id uuid,
    email text,
    source text NOT NULL,
    status text DEFAULT 'new'::text NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    message text,
    utm jsonb DEFAULT '{}'::jsonb NOT NULL,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    owner text,
    total_score integer,
    grade text,
    hot_changes integer DEFAULT 0 NOT NULL,
    scored_at timestamp with time zone,
    search_text text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
    external_ids jsonb DEFAULT '{}'::jsonb NOT NULL,
    owner_name text,
    outcome text,
    outcome_at text,
    is_test boolean DEFAULT false NOT NULL,
    first_utm jsonb DEFAULT '{}'::jsonb NOT NULL,
    goal text,
    owner_id uuid,
    cooled_at timestamp with time zone,
    CONSTRAINT leads_goal_check CHECK ((goal = ANY (ARRAY['decision'::text, 'reach'::text, 'fill'::text]))),
    CONSTRAINT leads_grade_check CHECK ((grade = ANY (ARRAY['hot'::text, 'warm'::text, 'cold'::text]))),
    CONSTRAINT leads_status_check CHECK ((status = ANY (ARRAY['new'::text, 'working'::text, 'qualified'::text, 'converted'::text, 'lost'::text, 'archived'::text]))),
    CONSTRAINT leads_total_score_check CHECK (((total_score >= 0) AND (total_score <= 10000)))
)
WITH (autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.leads ALTER COLUMN search_text SET STATISTICS 1000;

COMMENT ON TABLE public.leads IS 'Sales opportunities: a person who came in by some source.';

COMMENT ON COLUMN public.leads.utm IS 'Campaign parameters of the last touch that had any.';

COMMENT ON COLUMN public.leads.owner IS 'Its owner as the code before wrote it; kept equal to owner_id for that, and read no more.';

COMMENT ON COLUMN public.leads.total_score IS 'Latest score in hundredths of a point (0 to 10000); history in lead_scores.';

COMMENT ON COLUMN public.leads.hot_changes IS 'How often the lead changed into hot; a notification is owed once per change.';

COMMENT ON COLUMN public.leads.search_text IS 'Lower-case name, e-mail, company, domain, title, phone and tags for text search: lead_search_text.';

COMMENT ON COLUMN public.leads.warnings IS 'What of the lead could not be used or is odd: [{pointer, code, detail, value}], the newest last, 50 at most.';

COMMENT ON COLUMN public.leads.external_ids IS 'System: the record''s id there.';

COMMENT ON COLUMN public.leads.owner_name IS 'Who has it in the system that it comes from, as that says it.';

COMMENT ON COLUMN public.leads.outcome IS 'What became of it there: won, lost, converted … as that says it.';

COMMENT ON COLUMN public.leads.is_test IS 'Somebody tries a form out: the lead is kept and scored, nobody is told of it.';

COMMENT ON COLUMN public.leads.first_utm IS 'Campaign parameters of the first touch; empty in a lead from before this column: then utm.';

COMMENT ON COLUMN public.leads.goal IS 'What providers are asked for; null: what is set for its source or lane.';

COMMENT ON COLUMN public.leads.owner_id IS 'Who works on it; never somebody who left, while it is open.';

COMMENT ON COLUMN public.leads.cooled_at IS 'When it was hot last and became less.';

CREATE TABLE public.learnt (
    only_row boolean DEFAULT true NOT NULL,
    version uuid NOT NULL,
    read_to timestamp with time zone NOT NULL,
    state jsonb NOT NULL,
    CONSTRAINT learnt_only_row_check CHECK (only_row)
);

COMMENT ON TABLE public.learnt IS 'What planning believes of providers, learnt from the ledger; one row, of nobody.';

COMMENT ON COLUMN public.learnt.version IS 'Another one with each change: who planned by this one need not read the state again.';

COMMENT ON COLUMN public.learnt.read_to IS 'What was answered or corrected before is learnt.';

CREATE TABLE public.left_leads (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    gain double precision NOT NULL,
    doubt double precision NOT NULL
);

COMMENT ON TABLE public.left_leads IS 'Leads about which no more is asked, until it is learnt at which doubt they were left.';

CREATE TABLE public.looks (
    lead_id uuid NOT NULL,
    looked_at timestamp with time zone NOT NULL,
    first_cost numeric NOT NULL,
    ceiling numeric NOT NULL
);

COMMENT ON TABLE public.looks IS 'When a lead was last looked at for what went stale.';

COMMENT ON COLUMN public.looks.first_cost IS 'What providers cost before the first look.';

COMMENT ON COLUMN public.looks.ceiling IS 'What paid calls of the last look may cost; 0: only free ones are made.';

CREATE TABLE public.merges (
    id uuid DEFAULT uuidv7() NOT NULL,
    duplicate_id uuid NOT NULL,
    kept_id uuid NOT NULL,
    lost_id uuid NOT NULL,
    score real NOT NULL,
    reasons jsonb NOT NULL,
    snapshot bytea NOT NULL,
    actor text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.merges IS 'Contacts that became one: where the lost one''s id leads to. What sources say of the lost one stays in provenance under its id. It goes when the kept contact is erased, or when it is taken back.';

COMMENT ON COLUMN public.merges.snapshot IS 'Both contacts and their open leads as they were, and what was moved, encrypted: what is needed to take the merge back.';

CREATE TABLE public.ml_models (
    id bigint NOT NULL,
    version text NOT NULL,
    state text NOT NULL,
    learnt jsonb,
    report jsonb NOT NULL,
    reason text NOT NULL,
    created_by text NOT NULL,
    trained_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    published_by text,
    retired_at timestamp with time zone,
    retired_by text,
    CONSTRAINT ml_models_check CHECK (((state = 'waiting'::text) = (learnt IS NULL))),
    CONSTRAINT ml_models_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'draft'::text, 'published'::text, 'retired'::text])))
);

COMMENT ON TABLE public.ml_models IS 'Predictive models: what was learnt from outcomes, how good it is on later leads, which is in force. They hold rates and words that several companies share, nobody''s data.';

COMMENT ON COLUMN public.ml_models.state IS 'waiting: nothing could be learnt yet, and why; at most one row.';

COMMENT ON COLUMN public.ml_models.learnt IS 'What is served: sidecar/scoring/ml/prediction.py.';

COMMENT ON COLUMN public.ml_models.report IS 'How good it is, in numbers: sidecar/scoring/ml/learning.py.';

COMMENT ON COLUMN public.ml_models.reason IS 'Why it is in force, or not, in a sentence.';

ALTER TABLE public.ml_models ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ml_models_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notifications (
    id uuid DEFAULT uuidv7() NOT NULL,
    kind text NOT NULL,
    lead_id uuid,
    hot_change integer DEFAULT 0 NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,
    content jsonb,
    dedupe_key text NOT NULL,
    state text DEFAULT 'owed'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now(),
    claimed_at timestamp with time zone,
    sent_at timestamp with time zone,
    possible_duplicate boolean DEFAULT false NOT NULL,
    last_error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    user_id uuid,
    reference text,
    about jsonb,
    CONSTRAINT notifications_kind_check CHECK ((kind = ANY (ARRAY['hot_lead'::text, 'reminder'::text, 'escalation'::text, 'digest'::text, 'handled'::text, 'operations'::text]))),
    CONSTRAINT notifications_state_check CHECK ((state = ANY (ARRAY['owed'::text, 'sending'::text, 'sent'::text, 'withdrawn'::text, 'dead'::text])))
);

COMMENT ON TABLE public.notifications IS 'The outbox of messages to people.';

COMMENT ON COLUMN public.notifications.due_at IS 'NULL: a flow still decides whether it is sent, by passing its lead to Notify.';

COMMENT ON COLUMN public.notifications.possible_duplicate IS 'The process died in mid-send: the message was sent again and may have arrived twice.';

COMMENT ON COLUMN public.notifications.user_id IS 'Whom it is for; NULL: a room or a list.';

COMMENT ON COLUMN public.notifications.reference IS 'How its channel knows the message that is out, where it can be changed.';

COMMENT ON COLUMN public.notifications.about IS 'What it is about beside its lead: the step of a follow-up, the day of a digest, the message (of) that a change is of.';

CREATE TABLE public.owner_names (
    name text NOT NULL,
    written text NOT NULL,
    user_id uuid,
    mapped_by text,
    mapped_at timestamp with time zone
);

COMMENT ON TABLE public.owner_names IS 'Owners as files and other systems call them, in lower case: which user each is. NULL: nobody said yet.';

CREATE TABLE public.privacy_settings (
    one_row boolean DEFAULT true NOT NULL,
    definition jsonb DEFAULT '{}'::jsonb NOT NULL,
    looked_until uuid,
    looked_at timestamp with time zone,
    CONSTRAINT privacy_settings_one_row_check CHECK (one_row)
);

COMMENT ON TABLE public.privacy_settings IS 'One row: who the controller is, the rules of retention, and whether they are applied.';

COMMENT ON COLUMN public.privacy_settings.looked_until IS 'Up to which contact the round is that works out contact_privacy; NULL: it begins anew.';

CREATE TABLE public.privacy_statements (
    id uuid DEFAULT uuidv7() NOT NULL,
    contact_id uuid NOT NULL,
    kind text NOT NULL,
    ground text,
    reason text,
    sources text[] DEFAULT '{}'::text[] NOT NULL,
    stated_by text NOT NULL,
    stated_at timestamp with time zone NOT NULL,
    batch_id uuid,
    undone_at timestamp with time zone,
    undone_by text,
    CONSTRAINT privacy_statements_ground_check CHECK ((ground = ANY (ARRAY['consent'::text, 'contract'::text, 'legal_obligation'::text, 'vital_interest'::text, 'public_interest'::text, 'legitimate_interest'::text]))),
    CONSTRAINT privacy_statements_kind_check CHECK ((kind = ANY (ARRAY['ground'::text, 'notice'::text])))
);

COMMENT ON TABLE public.privacy_statements IS 'What people said of a contact''s ground, and that its notice was sent; only added, or marked as undone.';

COMMENT ON COLUMN public.privacy_statements.ground IS 'Of a ground; NULL: it is by rule again.';

COMMENT ON COLUMN public.privacy_statements.sources IS 'Of a notice: the sources that it named.';

CREATE TABLE public.provenance (
    entity_kind text NOT NULL,
    entity_id uuid NOT NULL,
    source text NOT NULL,
    fields jsonb NOT NULL,
    CONSTRAINT provenance_entity_kind_check CHECK ((entity_kind = ANY (ARRAY['contact'::text, 'organization'::text])))
);

COMMENT ON TABLE public.provenance IS 'What each source says of each field. The winning value stands in the entity''s own column.';

COMMENT ON COLUMN public.provenance.fields IS 'Field: {value, confidence from 0 to 1, observed_at}, with locked: true where a person edited it, so that enrichment never overrides it, and sandbox: true where the sandbox providers invented it.';

CREATE TABLE public.provider_breakers (
    provider text NOT NULL,
    key_mark text NOT NULL,
    failures integer NOT NULL,
    opened_at timestamp with time zone,
    open_until timestamp with time zone,
    last_error text
);

COMMENT ON TABLE public.provider_breakers IS 'The circuit breaker of a provider''s key: opened_at is null while it is closed; past open_until one call is let through.';

CREATE TABLE public.provider_cache (
    request_key text NOT NULL,
    sandbox boolean NOT NULL,
    provider text NOT NULL,
    operation text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    outcome text NOT NULL,
    answer bytea NOT NULL,
    applied boolean DEFAULT false NOT NULL,
    fetched_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    stale boolean DEFAULT false NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02');

COMMENT ON TABLE public.provider_cache IS 'Raw provider answers, encrypted, each with its time to live.';

COMMENT ON COLUMN public.provider_cache.applied IS 'Already merged into its subject.';

COMMENT ON COLUMN public.provider_cache.stale IS 'Its time is over and asking anew failed: it counts on until the next attempt.';

CREATE TABLE public.provider_calls (
    id uuid DEFAULT uuidv7() NOT NULL,
    batch_id uuid,
    lead_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    provider text NOT NULL,
    operation text NOT NULL,
    request_key text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    sandbox boolean NOT NULL,
    state text DEFAULT 'planned'::text NOT NULL,
    request bytea,
    outcome text,
    status integer,
    credits numeric DEFAULT 0 NOT NULL,
    elapsed_ms integer,
    error text,
    planned_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    answered_at timestamp with time zone,
    lead_id uuid,
    price numeric DEFAULT 0 NOT NULL,
    reason jsonb DEFAULT '{}'::jsonb NOT NULL,
    key_mark text DEFAULT 'sandbox'::text NOT NULL,
    CONSTRAINT provider_calls_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'started'::text, 'answered'::text, 'in_doubt'::text, 'dropped'::text]))),
    CONSTRAINT provider_calls_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['contact'::text, 'organization'::text])))
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.05');

COMMENT ON TABLE public.provider_calls IS 'The ledger: a row stands here, committed as started, before money is spent.';

COMMENT ON COLUMN public.provider_calls.lead_ids IS 'The leads of the claim that need it; it is begun for the first of them that comes to it.';

COMMENT ON COLUMN public.provider_calls.request_key IS 'Keyed hash of provider, operation and parameters: names nobody.';

COMMENT ON COLUMN public.provider_calls.state IS 'in_doubt: started and never answered; it counts as spent and is not repeated within the error TTL.';

COMMENT ON COLUMN public.provider_calls.request IS 'Encrypted parameters of a call that is not answered yet.';

COMMENT ON COLUMN public.provider_calls.lead_id IS 'The lead for which it is paid: the first of lead_ids that could.';

COMMENT ON COLUMN public.provider_calls.price IS 'USD: the most that it may cost until it is answered, then what it cost; dropped calls cost nothing.';

COMMENT ON COLUMN public.provider_calls.reason IS 'Why it was asked: the goal, and what was expected of the answer.';

COMMENT ON COLUMN public.provider_calls.key_mark IS 'With which key it is made, as in provider_state.';

CREATE TABLE public.provider_state (
    provider text NOT NULL,
    live boolean DEFAULT false NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    open_until timestamp with time zone,
    last_error text,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    key_mark text DEFAULT 'sandbox'::text NOT NULL
);

COMMENT ON TABLE public.provider_state IS 'Per provider: whether a key is held (live) or the sandbox answers, and which key. The breaker that stood here is in provider_breakers; its columns are not used any more.';

COMMENT ON COLUMN public.provider_state.key_mark IS 'Short hash of the key that n8n holds; sandbox: the sandbox is asked; empty: no key is needed.';

CREATE TABLE public.refresh_tokens (
    token_hash bytea NOT NULL,
    family_id uuid NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    rotated_at timestamp with time zone,
    revoked_at timestamp with time zone
);

COMMENT ON TABLE public.refresh_tokens IS 'SHA-256 of refresh tokens. Using a rotated one again revokes its family.';

CREATE TABLE public.refusals (
    id uuid DEFAULT uuidv7() NOT NULL,
    contact_id uuid,
    person_id uuid,
    key_hash text,
    purpose text NOT NULL,
    refused boolean NOT NULL,
    own boolean NOT NULL,
    source text NOT NULL,
    reason text,
    stated_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    intake_id uuid,
    dedupe_key text,
    CONSTRAINT refusals_check CHECK ((num_nonnulls(contact_id, key_hash) > 0)),
    CONSTRAINT refusals_purpose_check CHECK ((purpose = ANY (ARRAY['marketing_email'::text, 'phone'::text, 'any_contact'::text, 'enrichment'::text, 'any'::text])))
);

COMMENT ON TABLE public.refusals IS 'Statements about what a person refuses or agrees to; they are added and never changed. What holds is in contacts.refused.';

COMMENT ON COLUMN public.refusals.person_id IS 'The contact who said it, who may be merged into another; NULL: known of nobody in particular.';

COMMENT ON COLUMN public.refusals.key_hash IS 'Keyed hash of the e-mail address that it is about, as in suppressions: it holds for whoever comes with that address. Without a contact nobody has come with it yet.';

COMMENT ON COLUMN public.refusals.refused IS 'False: agreed.';

COMMENT ON COLUMN public.refusals.own IS 'The person''s own act; else a list says it. A refusal is lifted by a later own act alone.';

COMMENT ON COLUMN public.refusals.intake_id IS 'The lead that brought it.';

CREATE TABLE public.retention_marks (
    rule text NOT NULL,
    seen_to uuid NOT NULL
);

COMMENT ON TABLE public.retention_marks IS 'Of rules some of whose rows stay: up to which row they were looked at, so that none is twice.';

CREATE TABLE public.routing_models (
    id bigint NOT NULL,
    version text NOT NULL,
    definition jsonb NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    based_on bigint,
    edits integer DEFAULT 1 NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    published_at timestamp with time zone,
    published_by text,
    retired_at timestamp with time zone,
    retired_by text,
    CONSTRAINT routing_models_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text, 'retired'::text])))
);

COMMENT ON TABLE public.routing_models IS 'Versions of the rules by which hot leads find their owner. What was published once is never changed.';

ALTER TABLE public.routing_models ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.routing_models_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.routing_shares (
    pool text NOT NULL,
    user_id uuid NOT NULL,
    dealt bigint DEFAULT 0 NOT NULL
);

COMMENT ON TABLE public.routing_shares IS 'How many leads of the round under way each pool (a team, or everybody) has dealt to whom: where turns go on.';

CREATE TABLE public.score_months (
    month date NOT NULL,
    tenth integer NOT NULL,
    leads integer NOT NULL,
    won integer NOT NULL,
    lost integer NOT NULL,
    CONSTRAINT score_months_tenth_check CHECK (((tenth >= 0) AND (tenth <= 9)))
);

COMMENT ON TABLE public.score_months IS 'Leads by the month in which they came and the tenth of the scale of their first score (0: below 10 points); won and lost by the last score before the day of the outcome, in the month of the outcome.';

CREATE TABLE public.scoring_models (
    id bigint NOT NULL,
    version text NOT NULL,
    definition jsonb NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    published_at timestamp with time zone,
    key text DEFAULT 'default'::text NOT NULL,
    number integer,
    based_on bigint,
    edits integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    published_by text,
    retired_at timestamp with time zone,
    retired_by text,
    CONSTRAINT scoring_models_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text, 'retired'::text, 'shipped'::text])))
);

COMMENT ON TABLE public.scoring_models IS 'Versions of scoring models. What was published once is never changed: an old version in force again is a new row.';

COMMENT ON COLUMN public.scoring_models.key IS 'Which model it is a version of; several are in force side by side.';

COMMENT ON COLUMN public.scoring_models.based_on IS 'The version that it was made from.';

COMMENT ON COLUMN public.scoring_models.edits IS 'Counts the edits of a draft.';

ALTER TABLE public.scoring_models ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.scoring_models_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sessions (
    id uuid DEFAULT uuidv7() NOT NULL,
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    way text NOT NULL,
    user_agent text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_as text,
    CONSTRAINT sessions_ended_as_check CHECK ((ended_as = ANY (ARRAY['signed_out'::text, 'elsewhere'::text, 'password'::text, 'role'::text, 'disabled'::text]))),
    CONSTRAINT sessions_way_check CHECK ((way = ANY (ARRAY['password'::text, 'oidc'::text])))
);

COMMENT ON TABLE public.sessions IS 'SHA-256 of the tokens in the cookies of signed-in browsers. An ended one stays until it would have expired: it says why.';

COMMENT ON COLUMN public.sessions.seen_at IS 'When it was used last, to the minute.';

CREATE TABLE public.sign_in_failures (
    key_hash text NOT NULL,
    failures integer DEFAULT 1 NOT NULL,
    locked_until timestamp with time zone,
    last_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.sign_in_failures IS 'Wrong passwords in a row by keyed hash of the address. Addresses of nobody are there too: a lock must not tell who has an account.';

CREATE TABLE public.signs (
    family text NOT NULL,
    labels text[] NOT NULL,
    value double precision NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.signs IS 'What of watched_hours is unusual, as the last look found it: gauges of Prometheus by family and labels.';

CREATE TABLE public.source_days (
    source_key text NOT NULL,
    day date DEFAULT CURRENT_DATE NOT NULL,
    leads integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL
);

COMMENT ON TABLE public.source_days IS 'What each source brought in the last 30 days, by day (UTC); deliveries that were refused.';

CREATE TABLE public.source_deliveries (
    id bigint NOT NULL,
    source_key text NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    outcome text NOT NULL,
    leads integer DEFAULT 0 NOT NULL,
    rejected integer DEFAULT 0 NOT NULL,
    tests integer DEFAULT 0 NOT NULL,
    events integer DEFAULT 0 NOT NULL,
    announced integer DEFAULT 0 NOT NULL,
    pulled boolean DEFAULT false NOT NULL,
    reason text,
    CONSTRAINT source_deliveries_outcome_check CHECK ((outcome = ANY (ARRAY['accepted'::text, 'rejected'::text, 'unproven'::text, 'unreadable'::text])))
);

COMMENT ON TABLE public.source_deliveries IS 'The last 20 deliveries of each source, without what they held.';

COMMENT ON COLUMN public.source_deliveries.rejected IS 'Of its leads those that nothing identifies.';

COMMENT ON COLUMN public.source_deliveries.pulled IS 'Its leads were asked for: they were announced, or an outage missed them.';

COMMENT ON COLUMN public.source_deliveries.reason IS 'Why it was refused, or its leads were; it quotes nothing of them.';

ALTER TABLE public.source_deliveries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.source_deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.source_fetches (
    id uuid NOT NULL,
    source_key text NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    query jsonb NOT NULL,
    headers jsonb NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    failed_at timestamp with time zone,
    last_error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    until timestamp with time zone
);

COMMENT ON TABLE public.source_fetches IS 'Requests to vendors for leads that they announced or an outage missed, without keys. A row goes when its answer is stored.';

COMMENT ON COLUMN public.source_fetches.until IS 'Of what an outage missed: when its last page is stored, its source is pulled until then. Null: it was announced.';

CREATE TABLE public.source_grounds (
    source text NOT NULL,
    ground text,
    origin text,
    set_by text NOT NULL,
    set_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT source_grounds_check CHECK ((num_nonnulls(ground, origin) > 0)),
    CONSTRAINT source_grounds_ground_check CHECK ((ground = ANY (ARRAY['consent'::text, 'contract'::text, 'legal_obligation'::text, 'vital_interest'::text, 'public_interest'::text, 'legitimate_interest'::text]))),
    CONSTRAINT source_grounds_origin_check CHECK ((origin = ANY (ARRAY['request'::text, 'form'::text, 'event'::text, 'list'::text, 'system'::text, 'provider'::text])))
);

COMMENT ON TABLE public.source_grounds IS 'What people say of all that comes from a source or with an import of this source: on what ground, how it came.';

CREATE TABLE public.sources (
    key text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    secret bytea,
    mapping jsonb,
    deliveries bigint DEFAULT 0 NOT NULL,
    leads bigint DEFAULT 0 NOT NULL,
    tests bigint DEFAULT 0 NOT NULL,
    refused bigint DEFAULT 0 NOT NULL,
    last_delivery_at timestamp with time zone,
    last_refused_at timestamp with time zone,
    last_refusal text,
    pull_of text,
    pulled_until timestamp with time zone,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    former_secret bytea,
    former_until timestamp with time zone
);

COMMENT ON TABLE public.sources IS 'Addresses at which vendors'' webhooks are taken, /webhook/leads/{kind}/{key}. secret is encrypted.';

COMMENT ON COLUMN public.sources.mapping IS 'Which place of a body is which field, by JSON pointer; NULL: as the kind reads it.';

COMMENT ON COLUMN public.sources.pull_of IS 'What the vendor calls the form or account that is asked for what an outage missed; NULL: none is.';

COMMENT ON COLUMN public.sources.pulled_until IS 'Until when that was asked for.';

COMMENT ON COLUMN public.sources.former_secret IS 'The secret before, encrypted, which proves deliveries too until former_until.';

CREATE TABLE public.spent (
    day date NOT NULL,
    provider text NOT NULL,
    sandbox boolean NOT NULL,
    usd numeric NOT NULL
);

COMMENT ON TABLE public.spent IS 'What provider_calls cost and reserve, together with spent_changes: by UTC day on which they began or were planned.';

CREATE TABLE public.spent_changes (
    day date NOT NULL,
    provider text NOT NULL,
    sandbox boolean NOT NULL,
    usd numeric NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='2000');

COMMENT ON TABLE public.spent_changes IS 'The difference that each statement made, part of its transaction; added to spent every minute.';

CREATE TABLE public.subscriptions (
    id uuid DEFAULT uuidv7() NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    include_person boolean DEFAULT false NOT NULL,
    secret bytea NOT NULL,
    key text,
    created_by text NOT NULL,
    authorized_by text NOT NULL,
    state text DEFAULT 'active'::text NOT NULL,
    reason text,
    failures integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    lease_until timestamp with time zone,
    turn uuid,
    turned_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT subscriptions_state_check CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text])))
);

COMMENT ON TABLE public.subscriptions IS 'Who is told of which events of leads, and where. secret is encrypted.';

COMMENT ON COLUMN public.subscriptions.key IS 'What the creator calls it: made again under the same key it is the same one.';

COMMENT ON COLUMN public.subscriptions.created_by IS 'client:id or user:id.';

COMMENT ON COLUMN public.subscriptions.authorized_by IS 'client:id or user:id who last said where it sends, or whether people go with it; what they may not do any more the subscription does not either.';

COMMENT ON COLUMN public.subscriptions.failures IS 'Failed turns in a row, since failing_since; no event is sent before due_at.';

COMMENT ON COLUMN public.subscriptions.lease_until IS 'Until then the process of this turn sends to it, and no other.';

COMMENT ON COLUMN public.subscriptions.turned_at IS 'When its last turn began: who waits longest comes first.';

CREATE TABLE public.suppressions (
    key_hash text NOT NULL,
    reason text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.suppressions IS 'Keyed hashes of people who asked to be forgotten: refused at intake, never asked of providers.';

CREATE TABLE public.take_links (
    token_hash bytea NOT NULL,
    lead_id uuid NOT NULL,
    hot_change integer NOT NULL,
    user_id uuid NOT NULL,
    notification_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    used_by uuid
);

COMMENT ON TABLE public.take_links IS 'Links in messages that act once for whom they were sent to, by their SHA-256.';

COMMENT ON COLUMN public.take_links.used_by IS 'The handling that it did.';

CREATE TABLE public.team_members (
    team_id uuid NOT NULL,
    user_id uuid NOT NULL,
    weight integer DEFAULT 1 NOT NULL,
    CONSTRAINT team_members_weight_check CHECK (((weight >= 0) AND (weight <= 100)))
);

COMMENT ON COLUMN public.team_members.weight IS 'Their share of what the team is dealt; 0: none.';

CREATE TABLE public.teams (
    id uuid DEFAULT uuidv7() NOT NULL,
    name text NOT NULL,
    lead_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON COLUMN public.teams.lead_id IS 'The user who leads the team: escalations go to them.';

CREATE TABLE public.user_channels (
    user_id uuid NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    kinds text[] NOT NULL,
    quiet_from time without time zone,
    quiet_until time without time zone,
    always_hot boolean DEFAULT false NOT NULL,
    CONSTRAINT user_channels_check CHECK (((quiet_from IS NULL) = (quiet_until IS NULL)))
);

COMMENT ON TABLE public.user_channels IS 'Where people want to be told, and when not; times are those of users.time_zone.';

COMMENT ON COLUMN public.user_channels.kinds IS 'What they are told there: some of hot_lead, reminder, escalation, digest.';

COMMENT ON COLUMN public.user_channels.always_hot IS 'Hot leads come in their quiet hours too.';

CREATE TABLE public.users (
    id uuid DEFAULT uuidv7() NOT NULL,
    email text NOT NULL,
    name text,
    password_hash text NOT NULL,
    role text NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_sign_in_at timestamp with time zone,
    time_zone text,
    working_hours jsonb,
    holidays text,
    capacity integer,
    language text DEFAULT 'en'::text NOT NULL,
    calendar_url bytea,
    calendar_read_at timestamp with time zone,
    calendar_error text,
    digest_on date,
    oidc_identity text,
    lead_list jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT users_capacity_check CHECK ((capacity >= 0)),
    CONSTRAINT users_language_check CHECK ((language = ANY (ARRAY['en'::text, 'de'::text]))),
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'operator'::text, 'viewer'::text])))
);

COMMENT ON COLUMN public.users.disabled_at IS 'Since when somebody has left: they sign in no more and own no open lead.';

COMMENT ON COLUMN public.users.time_zone IS 'An IANA name; NULL: that of the settings.';

COMMENT ON COLUMN public.users.working_hours IS 'Day of the week (mon … sun): [[from, until], …] as HH:MM; NULL: those of the settings.';

COMMENT ON COLUMN public.users.holidays IS 'Whose public holidays are free: a country, or country-subdivision (DE-BY); NULL: those of the settings.';

COMMENT ON COLUMN public.users.capacity IS 'How many open hot leads they take from routing at most; NULL: any number.';

COMMENT ON COLUMN public.users.calendar_url IS 'The address of their calendar feed, encrypted: it is a secret.';

COMMENT ON COLUMN public.users.digest_on IS 'The last day, in their time zone, for which their digest was looked after.';

COMMENT ON COLUMN public.users.oidc_identity IS 'Who they are at the OIDC provider: its issuer, a blank, and their subject there. NULL: never signed in by one.';

COMMENT ON COLUMN public.users.lead_list IS 'How they look at leads: {columns, limit}.';

CREATE TABLE public.views (
    id uuid DEFAULT uuidv7() NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    columns text[] DEFAULT '{}'::text[] NOT NULL,
    shared boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.views IS 'Lists of leads that people keep under a name: the dashboard''s own query, and the columns that it shows (none: the usual ones).';

COMMENT ON COLUMN public.views.shared IS 'Everybody sees it, not only who keeps it.';

CREATE TABLE public.watched_hours (
    figure text NOT NULL,
    name text NOT NULL,
    hour timestamp with time zone NOT NULL,
    n integer NOT NULL,
    asked integer DEFAULT 0 NOT NULL,
    last_at timestamp with time zone
);

COMMENT ON TABLE public.watched_hours IS 'By hour: leads of a source, refused ones by code, all that came in, and how often a provider told a field of those that it was asked. Kept for nine weeks.';

COMMENT ON COLUMN public.watched_hours.name IS 'A source, a code, nothing, or a provider and a field: hunter contact.email.';

COMMENT ON COLUMN public.watched_hours.asked IS 'Of a field: how many answers might have told it.';

COMMENT ON COLUMN public.watched_hours.last_at IS 'Of a source: when the last lead of the hour came.';

CREATE TABLE public.work_items (
    lead_id uuid NOT NULL,
    lane text NOT NULL,
    stage text DEFAULT 'queued'::text NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    batch_id uuid,
    lease_until timestamp with time zone,
    step text,
    stepped_at timestamp with time zone,
    left_at text,
    passes integer DEFAULT 0 NOT NULL,
    rounds integer DEFAULT 0,
    score_only boolean DEFAULT false NOT NULL,
    previous_grade text,
    max_batch integer DEFAULT 500 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    waits integer DEFAULT 0 NOT NULL,
    replays integer DEFAULT 0 NOT NULL,
    requeue boolean DEFAULT false NOT NULL,
    reason_code text,
    reason text,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    stopped text,
    awaits text[],
    stopped_at timestamp with time zone,
    CONSTRAINT work_items_lane_check CHECK ((lane = ANY (ARRAY['interactive'::text, 'bulk'::text]))),
    CONSTRAINT work_items_max_batch_check CHECK ((max_batch >= 1)),
    CONSTRAINT work_items_stage_check CHECK ((stage = ANY (ARRAY['queued'::text, 'leased'::text, 'waiting'::text, 'scored'::text, 'done'::text, 'let_go'::text, 'dead'::text]))),
    CONSTRAINT work_items_stopped_check CHECK ((stopped = ANY (ARRAY['settled'::text, 'not_worth'::text, 'known'::text, 'nothing_left'::text, 'ceiling'::text, 'waiting'::text, 'refused'::text, 'skipped'::text])))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');

COMMENT ON TABLE public.work_items IS 'Where each lead is in the pipeline; one row per lead.';

COMMENT ON COLUMN public.work_items.batch_id IS 'The claim that has the lead. It stays when the lease alone ended, until another claim has the lead: a late step takes it up again.';

COMMENT ON COLUMN public.work_items.lease_until IS 'Renewed by every step that names the lead; longer than a lease is a hold. One that ended is how a killed run is noticed.';

COMMENT ON COLUMN public.work_items.step IS 'The last step of its claim that named the lead, at stepped_at.';

COMMENT ON COLUMN public.work_items.left_at IS 'The step at which an ended lease left it before.';

COMMENT ON COLUMN public.work_items.passes IS 'How often its run passed it by: the lease ended, and it was no failure.';

COMMENT ON COLUMN public.work_items.rounds IS 'How often Plan was asked in this claim; NULL: its enrichment is skipped.';

COMMENT ON COLUMN public.work_items.score_only IS 'It is queued to be scored again alone: its next claim skips the enrichment.';

COMMENT ON COLUMN public.work_items.previous_grade IS 'The grade that it had when it was claimed.';

COMMENT ON COLUMN public.work_items.max_batch IS 'Shrinks 500, 50, 1 when a batch fails as a whole, so that a poisonous lead ends alone.';

COMMENT ON COLUMN public.work_items.replays IS 'How often it was taken up again since it last came to its end.';

COMMENT ON COLUMN public.work_items.requeue IS 'The lead changed while it was leased: it is queued again when it leaves.';

COMMENT ON COLUMN public.work_items.stopped IS 'Why no more was asked when its last run with providers ended.';

COMMENT ON COLUMN public.work_items.awaits IS 'Providers of which a waiting lead is due as soon as they answer again.';

COMMENT ON COLUMN public.work_items.stopped_at IS 'Since when no more is asked about it, for the reason that stands in stopped; NULL: from before this was noted.';

CREATE TABLE public.workflow_errors (
    id uuid DEFAULT uuidv7() NOT NULL,
    execution_id text,
    workflow_id text,
    workflow_name text,
    node text,
    message text,
    batch_id uuid,
    occurred_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.workflow_errors IS 'Failed n8n executions as told by the error workflow.';

ALTER TABLE ONLY public.absences
    ADD CONSTRAINT absences_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.absences
    ADD CONSTRAINT absences_user_id_source_uid_key UNIQUE (user_id, source, uid);

ALTER TABLE ONLY public.assignments
    ADD CONSTRAINT assignments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.backups
    ADD CONSTRAINT backups_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contact_blocks
    ADD CONSTRAINT contact_blocks_pkey PRIMARY KEY (key, contact_id);

ALTER TABLE ONLY public.contact_checks
    ADD CONSTRAINT contact_checks_pkey PRIMARY KEY (contact_id);

ALTER TABLE ONLY public.contact_privacy
    ADD CONSTRAINT contact_privacy_pkey PRIMARY KEY (contact_id);

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.corrections
    ADD CONSTRAINT corrections_pkey PRIMARY KEY (call_id, place);

ALTER TABLE ONLY public.counts
    ADD CONSTRAINT counts_figure_day_name_key UNIQUE NULLS NOT DISTINCT (figure, day, name);

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (subscription_id, event_id);

ALTER TABLE ONLY public.duplicates
    ADD CONSTRAINT duplicates_left_id_right_id_key UNIQUE (left_id, right_id);

ALTER TABLE ONLY public.duplicates
    ADD CONSTRAINT duplicates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.employments
    ADD CONSTRAINT employments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_dedupe_key_key UNIQUE (dedupe_key);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.follow_ups
    ADD CONSTRAINT follow_ups_pkey PRIMARY KEY (lead_id, number, step);

ALTER TABLE ONLY public.forms
    ADD CONSTRAINT forms_name_key UNIQUE (name);

ALTER TABLE ONLY public.forms
    ADD CONSTRAINT forms_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.handlings
    ADD CONSTRAINT handlings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.handlings
    ADD CONSTRAINT handlings_press_key UNIQUE (press);

ALTER TABLE ONLY public.held_answers
    ADD CONSTRAINT held_answers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hot_changes
    ADD CONSTRAINT hot_changes_pkey PRIMARY KEY (lead_id, number);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, key);

ALTER TABLE ONLY public.import_changes
    ADD CONSTRAINT import_changes_pkey PRIMARY KEY (job_id, entity_id, number);

ALTER TABLE ONLY public.import_created
    ADD CONSTRAINT import_created_pkey PRIMARY KEY (job_id, number);

ALTER TABLE ONLY public.import_kept
    ADD CONSTRAINT import_kept_pkey PRIMARY KEY (job_id, entity_id);

ALTER TABLE ONLY public.import_mappings
    ADD CONSTRAINT import_mappings_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.import_mappings
    ADD CONSTRAINT import_mappings_signature_key UNIQUE (signature);

ALTER TABLE ONLY public.intake_past
    ADD CONSTRAINT intake_past_pkey PRIMARY KEY (day, outcome);

ALTER TABLE ONLY public.intake
    ADD CONSTRAINT intake_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.job_chunks
    ADD CONSTRAINT job_chunks_pkey PRIMARY KEY (job_id, number);

ALTER TABLE ONLY public.job_leads
    ADD CONSTRAINT job_leads_pkey PRIMARY KEY (job_id, lead_id);

ALTER TABLE ONLY public.job_people
    ADD CONSTRAINT job_people_pkey PRIMARY KEY (job_id, key, number, place);

ALTER TABLE ONLY public.job_rejects
    ADD CONSTRAINT job_rejects_pkey PRIMARY KEY (job_id, number);

ALTER TABLE ONLY public.job_remarks
    ADD CONSTRAINT job_remarks_pkey PRIMARY KEY (job_id, number);

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lead_events
    ADD CONSTRAINT lead_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lead_facts
    ADD CONSTRAINT lead_facts_pkey PRIMARY KEY (lead_id, since);

ALTER TABLE ONLY public.lead_scores
    ADD CONSTRAINT lead_scores_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lead_status_history
    ADD CONSTRAINT lead_status_history_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.leads
    ADD CONSTRAINT leads_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.learnt
    ADD CONSTRAINT learnt_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.left_leads
    ADD CONSTRAINT left_leads_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.looks
    ADD CONSTRAINT looks_pkey PRIMARY KEY (lead_id);

ALTER TABLE ONLY public.merges
    ADD CONSTRAINT merges_duplicate_id_key UNIQUE (duplicate_id);

ALTER TABLE ONLY public.merges
    ADD CONSTRAINT merges_lost_id_key UNIQUE (lost_id);

ALTER TABLE ONLY public.merges
    ADD CONSTRAINT merges_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ml_models
    ADD CONSTRAINT ml_models_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ml_models
    ADD CONSTRAINT ml_models_version_key UNIQUE (version);

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_dedupe_key_key UNIQUE (dedupe_key);

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_domain_key UNIQUE (domain);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.owner_names
    ADD CONSTRAINT owner_names_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.privacy_settings
    ADD CONSTRAINT privacy_settings_pkey PRIMARY KEY (one_row);

ALTER TABLE ONLY public.privacy_statements
    ADD CONSTRAINT privacy_statements_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.provenance
    ADD CONSTRAINT provenance_pkey PRIMARY KEY (entity_id, entity_kind, source);

ALTER TABLE ONLY public.provider_breakers
    ADD CONSTRAINT provider_breakers_pkey PRIMARY KEY (provider, key_mark);

ALTER TABLE ONLY public.provider_cache
    ADD CONSTRAINT provider_cache_pkey PRIMARY KEY (request_key, sandbox);

ALTER TABLE ONLY public.provider_calls
    ADD CONSTRAINT provider_calls_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.provider_state
    ADD CONSTRAINT provider_state_pkey PRIMARY KEY (provider);

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.refusals
    ADD CONSTRAINT refusals_dedupe_key_key UNIQUE (dedupe_key);

ALTER TABLE ONLY public.refusals
    ADD CONSTRAINT refusals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.retention_marks
    ADD CONSTRAINT retention_marks_pkey PRIMARY KEY (rule);

ALTER TABLE ONLY public.routing_models
    ADD CONSTRAINT routing_models_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.routing_models
    ADD CONSTRAINT routing_models_version_key UNIQUE (version);

ALTER TABLE ONLY public.routing_shares
    ADD CONSTRAINT routing_shares_pkey PRIMARY KEY (pool, user_id);

ALTER TABLE ONLY public.score_months
    ADD CONSTRAINT score_months_pkey PRIMARY KEY (month, tenth);

ALTER TABLE ONLY public.scoring_models
    ADD CONSTRAINT scoring_models_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.scoring_models
    ADD CONSTRAINT scoring_models_version_key UNIQUE (version);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.sign_in_failures
    ADD CONSTRAINT sign_in_failures_pkey PRIMARY KEY (key_hash);

ALTER TABLE ONLY public.signs
    ADD CONSTRAINT signs_pkey PRIMARY KEY (family, labels);

ALTER TABLE ONLY public.source_days
    ADD CONSTRAINT source_days_pkey PRIMARY KEY (source_key, day);

ALTER TABLE ONLY public.source_deliveries
    ADD CONSTRAINT source_deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.source_fetches
    ADD CONSTRAINT source_fetches_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.source_fetches
    ADD CONSTRAINT source_fetches_source_key_name_key UNIQUE (source_key, name);

ALTER TABLE ONLY public.source_grounds
    ADD CONSTRAINT source_grounds_pkey PRIMARY KEY (source);

ALTER TABLE ONLY public.sources
    ADD CONSTRAINT sources_name_key UNIQUE (name);

ALTER TABLE ONLY public.sources
    ADD CONSTRAINT sources_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.spent
    ADD CONSTRAINT spent_pkey PRIMARY KEY (day, provider, sandbox);

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_created_by_key_key UNIQUE (created_by, key);

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.suppressions
    ADD CONSTRAINT suppressions_pkey PRIMARY KEY (key_hash);

ALTER TABLE ONLY public.take_links
    ADD CONSTRAINT take_links_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_pkey PRIMARY KEY (team_id, user_id);

ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_name_key UNIQUE (name);

ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.user_channels
    ADD CONSTRAINT user_channels_pkey PRIMARY KEY (user_id, channel);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_key UNIQUE (email);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_oidc_identity_key UNIQUE (oidc_identity);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.views
    ADD CONSTRAINT views_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.views
    ADD CONSTRAINT views_user_id_name_key UNIQUE (user_id, name);

ALTER TABLE ONLY public.watched_hours
    ADD CONSTRAINT watched_hours_pkey PRIMARY KEY (figure, name, hour);

ALTER TABLE ONLY public.work_items
    ADD CONSTRAINT work_items_pkey PRIMARY KEY (lead_id);

ALTER TABLE ONLY public.workflow_errors
    ADD CONSTRAINT workflow_errors_pkey PRIMARY KEY (id);

CREATE INDEX absences_time ON public.absences USING btree (user_id, ends_at);

CREATE INDEX assignments_lead ON public.assignments USING btree (lead_id, at);

CREATE INDEX assignments_user ON public.assignments USING btree (user_id, at);

CREATE INDEX audit_log_actor ON public.audit_log USING btree (actor, id);

CREATE INDEX audit_log_at ON public.audit_log USING btree (at);

CREATE INDEX audit_log_entity ON public.audit_log USING btree (entity_kind, entity_id, id);

CREATE INDEX audit_log_request ON public.audit_log USING btree (request_id) WHERE (request_id IS NOT NULL);

CREATE INDEX batches_execution ON public.batches USING btree (execution_id);

CREATE INDEX contact_blocks_contact ON public.contact_blocks USING btree (contact_id);

CREATE INDEX contact_checks_waiting ON public.contact_checks USING btree (contact_id) WHERE (NOT compared);

CREATE INDEX contact_identities_contact ON public.contact_identities USING btree (contact_id);

CREATE UNIQUE INDEX contact_identities_key ON public.contact_identities USING btree (kind, value, contact_id, person_id) NULLS NOT DISTINCT;

CREATE INDEX contact_privacy_announced ON public.contact_privacy USING btree (announced_at, contact_id) WHERE (announced_at IS NOT NULL);

CREATE INDEX contact_privacy_notices ON public.contact_privacy USING btree (notice_due_on, contact_id) WHERE (notice_due_on IS NOT NULL);

CREATE INDEX contact_privacy_retention ON public.contact_privacy USING btree (retention_due_on, contact_id) WHERE (retention_due_on IS NOT NULL);

CREATE INDEX contact_privacy_sent ON public.contact_privacy USING btree (notice_sent_on, contact_id) WHERE (notice_sent_on IS NOT NULL);

CREATE INDEX contacts_country ON public.contacts USING btree (country) WHERE (country IS NOT NULL);

CREATE INDEX contacts_email ON public.contacts USING btree (email_canonical);

CREATE INDEX contacts_org ON public.contacts USING btree (org_id);

CREATE INDEX contacts_search ON public.contacts USING gin (lower(((COALESCE(name, ''::text) || ' '::text) || COALESCE(email, ''::text))) public.gin_trgm_ops);
ALTER INDEX public.contacts_search ALTER COLUMN 1 SET STATISTICS 1000;

CREATE INDEX corrections_at ON public.corrections USING btree (at);

CREATE INDEX deliveries_event ON public.deliveries USING btree (event_id);

CREATE INDEX deliveries_failed ON public.deliveries USING btree (subscription_id, event_id) WHERE (state = 'failed'::text);

CREATE INDEX deliveries_owed ON public.deliveries USING btree (subscription_id, due_at) WHERE (state = 'owed'::text);

CREATE INDEX duplicates_right ON public.duplicates USING btree (right_id);

CREATE INDEX duplicates_state ON public.duplicates USING btree (state, id DESC);

CREATE INDEX employments_contact ON public.employments USING btree (contact_id);

CREATE INDEX employments_organization ON public.employments USING btree (organization_id);

CREATE INDEX events_address ON public.events USING btree (((properties ->> 'ip'::text)), occurred_at) WHERE (properties ? 'ip'::text);

CREATE INDEX events_bounce ON public.events USING btree (contact_id, occurred_at) WHERE (type = 'bounce'::text);

CREATE INDEX events_contact ON public.events USING btree (contact_id, occurred_at);

CREATE INDEX events_delivered ON public.events USING btree (received_at) WHERE ((type = 'email_delivered'::text) AND (email_status IS NULL));

CREATE INDEX events_device ON public.events USING btree (device_hash, anonymous) WHERE (device_hash IS NOT NULL);

CREATE INDEX events_intake ON public.events USING btree (intake_id) WHERE (intake_id IS NOT NULL);

CREATE INDEX events_key ON public.events USING btree (key_hash) WHERE ((contact_id IS NULL) AND (key_hash IS NOT NULL));

CREATE INDEX events_mail ON public.events USING btree (email_status, contact_id, type) WHERE (email_status IS NOT NULL);

CREATE INDEX events_of_nobody ON public.events USING btree (received_at) WHERE (contact_id IS NULL);

CREATE INDEX events_traced ON public.events USING btree (received_at) WHERE (properties ?| '{ip,user_agent}'::text[]);

CREATE INDEX handlings_lead ON public.handlings USING btree (lead_id, hot_change);

CREATE UNIQUE INDEX held_answers_answer ON public.held_answers USING btree (request_key, contact_id, organization_id) NULLS NOT DISTINCT;

CREATE INDEX held_answers_contact ON public.held_answers USING btree (contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX held_answers_organization ON public.held_answers USING btree (organization_id) WHERE (organization_id IS NOT NULL);

CREATE INDEX held_answers_state ON public.held_answers USING btree (state, id);

CREATE INDEX hot_changes_at ON public.hot_changes USING btree (at);

CREATE INDEX hot_changes_unmeasured ON public.hot_changes USING btree (touched_at) WHERE ((touched_at IS NOT NULL) AND (working_minutes IS NULL));

CREATE INDEX hot_changes_untouched ON public.hot_changes USING btree (lead_id, number) WHERE (touched_at IS NULL);

CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (created_at);

CREATE INDEX import_changes_entity ON public.import_changes USING btree (entity_id);

CREATE INDEX import_changes_keys ON public.import_changes USING gin (key_hashes);

CREATE INDEX intake_lead ON public.intake USING btree (lead_id);

CREATE INDEX intake_of_no_lead ON public.intake USING btree (received_at) WHERE (lead_id IS NULL);

CREATE INDEX intake_open_rejects ON public.intake USING btree (id DESC) WHERE ((outcome = 'rejected'::text) AND (resolved_at IS NULL));

CREATE INDEX intake_payloads ON public.intake USING btree (received_at) WHERE (payload IS NOT NULL);

CREATE INDEX intake_received ON public.intake USING btree (received_at);

CREATE INDEX intake_rejects ON public.intake USING btree (id DESC) WHERE (outcome = 'rejected'::text);

CREATE INDEX intake_request ON public.intake USING btree (request_id) WHERE (request_id IS NOT NULL);

CREATE INDEX job_leads_lead ON public.job_leads USING btree (lead_id);

CREATE INDEX jobs_due ON public.jobs USING btree (id) WHERE ((state = ANY (ARRAY['queued'::text, 'running'::text])) AND (chunks IS NOT NULL));

CREATE INDEX jobs_key ON public.jobs USING btree (key, id DESC);

CREATE UNIQUE INDEX jobs_unfinished_key ON public.jobs USING btree (key) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text, 'failed'::text]));

CREATE INDEX lead_events_created ON public.lead_events USING btree (created_at);

CREATE INDEX lead_events_lead ON public.lead_events USING btree (lead_id);

CREATE INDEX lead_scores_batch ON public.lead_scores USING btree (batch_id) WHERE (batch_id IS NOT NULL);

CREATE INDEX lead_scores_lead ON public.lead_scores USING btree (lead_id, calculated_at DESC);

CREATE UNIQUE INDEX lead_scores_once_per_batch ON public.lead_scores USING btree (lead_id, batch_id);

CREATE INDEX lead_status_history_lead ON public.lead_status_history USING btree (lead_id, id);

CREATE INDEX leads_became_hot ON public.leads USING btree (id) WHERE (hot_changes > 0);

CREATE INDEX leads_changed ON public.leads USING btree (updated_at, id);

CREATE INDEX leads_contact ON public.leads USING btree (contact_id);

CREATE INDEX leads_created ON public.leads USING btree (created_at);

CREATE INDEX leads_external ON public.leads USING gin (external_ids jsonb_path_ops) WHERE (external_ids <> '{}'::jsonb);

CREATE INDEX leads_grade ON public.leads USING btree (grade, id DESC) WHERE (grade IS NOT NULL);

CREATE INDEX leads_grade_score ON public.leads USING btree (grade, COALESCE(total_score, '-1'::integer) DESC, id DESC) WHERE (grade IS NOT NULL);

CREATE UNIQUE INDEX leads_one_open_per_contact ON public.leads USING btree (contact_id) WHERE (status = ANY (ARRAY['new'::text, 'working'::text, 'qualified'::text]));

CREATE INDEX leads_open_hot ON public.leads USING btree (owner_id) WHERE ((grade = 'hot'::text) AND (status = ANY (ARRAY['new'::text, 'working'::text, 'qualified'::text])) AND (NOT is_test));

CREATE INDEX leads_org ON public.leads USING btree (org_id);

CREATE INDEX leads_owner ON public.leads USING btree (owner, id DESC) WHERE (owner IS NOT NULL);

CREATE INDEX leads_owner_id ON public.leads USING btree (owner_id, id DESC) WHERE (owner_id IS NOT NULL);

CREATE INDEX leads_owner_name ON public.leads USING btree (lower(owner_name)) WHERE (owner_name IS NOT NULL);

CREATE INDEX leads_score ON public.leads USING btree (COALESCE(total_score, '-1'::integer) DESC, id DESC);

CREATE INDEX leads_scored ON public.leads USING btree (scored_at) WHERE (scored_at IS NOT NULL);

CREATE INDEX leads_search ON public.leads USING gin (search_text public.gin_trgm_ops);

CREATE INDEX leads_source ON public.leads USING btree (source, id DESC);

CREATE INDEX leads_status ON public.leads USING btree (status, id DESC);

CREATE INDEX leads_tags ON public.leads USING gin (tags);

CREATE INDEX merges_kept ON public.merges USING btree (kept_id);

CREATE UNIQUE INDEX ml_models_one_of ON public.ml_models USING btree (state) WHERE (state = ANY (ARRAY['published'::text, 'waiting'::text]));

CREATE INDEX notifications_channel ON public.notifications USING btree (channel, due_at) WHERE (state = ANY (ARRAY['owed'::text, 'sending'::text]));

CREATE INDEX notifications_dead ON public.notifications USING btree (created_at) WHERE (state = 'dead'::text);

CREATE INDEX notifications_lead ON public.notifications USING btree (lead_id);

CREATE INDEX notifications_of_no_lead ON public.notifications USING btree (created_at) WHERE (lead_id IS NULL);

CREATE INDEX notifications_owed ON public.notifications USING btree (due_at) WHERE (state = ANY (ARRAY['owed'::text, 'sending'::text]));

CREATE INDEX organizations_company_key ON public.organizations USING btree (company_key);

CREATE UNIQUE INDEX organizations_key_without_domain ON public.organizations USING btree (company_key) WHERE (domain IS NULL);

CREATE INDEX organizations_search ON public.organizations USING gin (lower(((COALESCE(name, ''::text) || ' '::text) || COALESCE(domain, ''::text))) public.gin_trgm_ops);
ALTER INDEX public.organizations_search ALTER COLUMN 1 SET STATISTICS 1000;

CREATE INDEX privacy_statements_batch ON public.privacy_statements USING btree (batch_id) WHERE (batch_id IS NOT NULL);

CREATE INDEX privacy_statements_contact ON public.privacy_statements USING btree (contact_id);

CREATE INDEX provenance_removed ON public.provenance USING btree (entity_id) WHERE starts_with(source, 'removed by '::text);

CREATE INDEX provider_cache_expiry ON public.provider_cache USING btree (expires_at);

CREATE INDEX provider_cache_subject ON public.provider_cache USING btree (subject_id);

CREATE INDEX provider_calls_answered ON public.provider_calls USING btree (answered_at) WHERE (outcome = ANY (ARRAY['found'::text, 'not_found'::text]));

CREATE INDEX provider_calls_batch ON public.provider_calls USING btree (batch_id) WHERE (state = ANY (ARRAY['planned'::text, 'started'::text]));

CREATE INDEX provider_calls_day ON public.provider_calls USING btree (started_at, provider);

CREATE INDEX provider_calls_key ON public.provider_calls USING btree (request_key, started_at) WHERE (state = 'in_doubt'::text);

CREATE INDEX provider_calls_lead ON public.provider_calls USING btree (lead_id) WHERE (price > (0)::numeric);

CREATE INDEX provider_calls_pending ON public.provider_calls USING btree (request_key) WHERE ((outcome = 'pending'::text) AND (price > (0)::numeric));

CREATE INDEX provider_calls_subject ON public.provider_calls USING btree (subject_id);

CREATE UNIQUE INDEX provider_calls_under_way ON public.provider_calls USING btree (request_key, sandbox) WHERE (state = ANY (ARRAY['planned'::text, 'started'::text]));

CREATE INDEX refresh_tokens_expiry ON public.refresh_tokens USING btree (expires_at);

CREATE INDEX refresh_tokens_family ON public.refresh_tokens USING btree (family_id);

CREATE INDEX refresh_tokens_user ON public.refresh_tokens USING btree (user_id);

CREATE INDEX refusals_contact ON public.refusals USING btree (contact_id);

CREATE INDEX refusals_intake ON public.refusals USING btree (intake_id) WHERE (intake_id IS NOT NULL);

CREATE INDEX refusals_key ON public.refusals USING btree (key_hash) WHERE (key_hash IS NOT NULL);

CREATE UNIQUE INDEX routing_models_in_force ON public.routing_models USING btree (state) WHERE (state = 'published'::text);

CREATE UNIQUE INDEX scoring_models_number ON public.scoring_models USING btree (key, number);

CREATE UNIQUE INDEX scoring_models_published ON public.scoring_models USING btree (key) WHERE (state = 'published'::text);

CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);

CREATE INDEX sessions_user ON public.sessions USING btree (user_id);

CREATE INDEX sign_in_failures_last ON public.sign_in_failures USING btree (last_at);

CREATE INDEX source_deliveries_source ON public.source_deliveries USING btree (source_key, id);

CREATE INDEX source_fetches_due ON public.source_fetches USING btree (due_at) WHERE (failed_at IS NULL);

CREATE INDEX take_links_expiry ON public.take_links USING btree (expires_at);

CREATE INDEX take_links_lead ON public.take_links USING btree (lead_id);

CREATE INDEX take_links_notification ON public.take_links USING btree (notification_id);

CREATE INDEX team_members_user ON public.team_members USING btree (user_id);

CREATE INDEX user_channels_address ON public.user_channels USING btree (channel, address);

CREATE INDEX work_items_awaits ON public.work_items USING gin (awaits) WHERE (stage = 'waiting'::text);

CREATE INDEX work_items_batch ON public.work_items USING btree (batch_id) WHERE (stage = ANY (ARRAY['leased'::text, 'scored'::text]));

CREATE INDEX work_items_due ON public.work_items USING btree (lane, due_at, lead_id) WHERE (stage = ANY (ARRAY['queued'::text, 'waiting'::text]));

CREATE INDEX work_items_stage ON public.work_items USING btree (stage, lead_id DESC) WHERE (stage <> 'done'::text);

CREATE INDEX workflow_errors_at ON public.workflow_errors USING btree (occurred_at);

CREATE TRIGGER contacts_email_status BEFORE UPDATE OF email ON public.contacts FOR EACH ROW WHEN (((old.email_status IS NOT NULL) AND (lower(new.email) IS DISTINCT FROM lower(old.email)))) EXECUTE FUNCTION public.forget_email_status();

CREATE TRIGGER count_delete AFTER DELETE ON public.intake REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION public.count_intake_delete();

CREATE TRIGGER count_delete AFTER DELETE ON public.leads REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION public.count_leads_delete();

CREATE TRIGGER count_delete AFTER DELETE ON public.work_items REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION public.count_work_items_delete();

CREATE TRIGGER count_insert AFTER INSERT ON public.intake REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.count_intake_insert();

CREATE TRIGGER count_insert AFTER INSERT ON public.leads REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.count_leads_insert();

CREATE TRIGGER count_insert AFTER INSERT ON public.work_items REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.count_work_items_insert();

CREATE TRIGGER count_truncate AFTER TRUNCATE ON public.intake FOR EACH STATEMENT EXECUTE FUNCTION public.count_intake_truncate();

CREATE TRIGGER count_truncate AFTER TRUNCATE ON public.leads FOR EACH STATEMENT EXECUTE FUNCTION public.count_leads_truncate();

CREATE TRIGGER count_truncate AFTER TRUNCATE ON public.work_items FOR EACH STATEMENT EXECUTE FUNCTION public.count_work_items_truncate();

CREATE TRIGGER count_update AFTER UPDATE ON public.intake REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.count_intake_update();

CREATE TRIGGER count_update AFTER UPDATE ON public.leads REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.count_leads_update();

CREATE TRIGGER count_update AFTER UPDATE ON public.work_items REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.count_work_items_update();

CREATE TRIGGER keep_owner_insert BEFORE INSERT ON public.leads FOR EACH ROW WHEN (((new.owner IS NOT NULL) OR (new.owner_id IS NOT NULL))) EXECUTE FUNCTION public.keep_owner();

CREATE TRIGGER keep_owner_update BEFORE UPDATE OF owner, owner_id ON public.leads FOR EACH ROW WHEN (((new.owner IS DISTINCT FROM old.owner) OR (new.owner_id IS DISTINCT FROM old.owner_id))) EXECUTE FUNCTION public.keep_owner();

CREATE TRIGGER leave_leads AFTER UPDATE OF disabled_at ON public.users FOR EACH ROW WHEN (((old.disabled_at IS NULL) AND (new.disabled_at IS NOT NULL))) EXECUTE FUNCTION public.leave_leads();

CREATE TRIGGER refresh_search AFTER UPDATE ON public.contacts REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.refresh_search_of_contacts();

CREATE TRIGGER refresh_search AFTER UPDATE ON public.leads FOR EACH ROW WHEN (((((old.contact_id IS DISTINCT FROM new.contact_id) OR (old.org_id IS DISTINCT FROM new.org_id)) OR (old.tags IS DISTINCT FROM new.tags)) AND (old.search_text = new.search_text))) EXECUTE FUNCTION public.refresh_search();

CREATE TRIGGER refresh_search AFTER UPDATE ON public.organizations FOR EACH ROW WHEN (((old.name IS DISTINCT FROM new.name) OR (old.domain IS DISTINCT FROM new.domain))) EXECUTE FUNCTION public.refresh_search();

CREATE TRIGGER spent_delete AFTER DELETE ON public.provider_calls REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION public.spent_delete();

CREATE TRIGGER spent_insert AFTER INSERT ON public.provider_calls REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.spent_insert();

CREATE TRIGGER spent_truncate AFTER TRUNCATE ON public.provider_calls FOR EACH STATEMENT EXECUTE FUNCTION public.spent_truncate();

CREATE TRIGGER spent_update AFTER UPDATE ON public.provider_calls REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.spent_update();

ALTER TABLE ONLY public.absences
    ADD CONSTRAINT absences_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.assignments
    ADD CONSTRAINT assignments_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.assignments
    ADD CONSTRAINT assignments_previous_id_fkey FOREIGN KEY (previous_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.assignments
    ADD CONSTRAINT assignments_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.contact_blocks
    ADD CONSTRAINT contact_blocks_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.contact_checks
    ADD CONSTRAINT contact_checks_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.contact_identities
    ADD CONSTRAINT contact_identities_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.contact_privacy
    ADD CONSTRAINT contact_privacy_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_org_id_fkey FOREIGN KEY (org_id) REFERENCES public.organizations(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.corrections
    ADD CONSTRAINT corrections_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.provider_calls(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.lead_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES public.subscriptions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.duplicates
    ADD CONSTRAINT duplicates_left_id_fkey FOREIGN KEY (left_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.duplicates
    ADD CONSTRAINT duplicates_right_id_fkey FOREIGN KEY (right_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.employments
    ADD CONSTRAINT employments_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.employments
    ADD CONSTRAINT employments_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.follow_ups
    ADD CONSTRAINT follow_ups_lead_id_number_fkey FOREIGN KEY (lead_id, number) REFERENCES public.hot_changes(lead_id, number) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.follow_ups
    ADD CONSTRAINT follow_ups_told_id_fkey FOREIGN KEY (told_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.handlings
    ADD CONSTRAINT handlings_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.handlings
    ADD CONSTRAINT handlings_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.held_answers
    ADD CONSTRAINT held_answers_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.held_answers
    ADD CONSTRAINT held_answers_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.hot_changes
    ADD CONSTRAINT hot_changes_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.hot_changes
    ADD CONSTRAINT hot_changes_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.hot_changes
    ADD CONSTRAINT hot_changes_touched_by_fkey FOREIGN KEY (touched_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.import_changes
    ADD CONSTRAINT import_changes_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.import_created
    ADD CONSTRAINT import_created_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.import_kept
    ADD CONSTRAINT import_kept_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.intake
    ADD CONSTRAINT intake_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.job_chunks
    ADD CONSTRAINT job_chunks_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.job_leads
    ADD CONSTRAINT job_leads_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.job_leads
    ADD CONSTRAINT job_leads_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.job_people
    ADD CONSTRAINT job_people_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.job_rejects
    ADD CONSTRAINT job_rejects_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.job_remarks
    ADD CONSTRAINT job_remarks_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lead_facts
    ADD CONSTRAINT lead_facts_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lead_scores
    ADD CONSTRAINT lead_scores_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lead_status_history
    ADD CONSTRAINT lead_status_history_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.leads
    ADD CONSTRAINT leads_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.leads
    ADD CONSTRAINT leads_org_id_fkey FOREIGN KEY (org_id) REFERENCES public.organizations(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.leads
    ADD CONSTRAINT leads_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.left_leads
    ADD CONSTRAINT left_leads_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.looks
    ADD CONSTRAINT looks_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.merges
    ADD CONSTRAINT merges_kept_id_fkey FOREIGN KEY (kept_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.owner_names
    ADD CONSTRAINT owner_names_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.privacy_statements
    ADD CONSTRAINT privacy_statements_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refusals
    ADD CONSTRAINT refusals_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refusals
    ADD CONSTRAINT refusals_intake_id_fkey FOREIGN KEY (intake_id) REFERENCES public.intake(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.routing_models
    ADD CONSTRAINT routing_models_based_on_fkey FOREIGN KEY (based_on) REFERENCES public.routing_models(id);

ALTER TABLE ONLY public.routing_shares
    ADD CONSTRAINT routing_shares_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scoring_models
    ADD CONSTRAINT scoring_models_based_on_fkey FOREIGN KEY (based_on) REFERENCES public.scoring_models(id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.source_days
    ADD CONSTRAINT source_days_source_key_fkey FOREIGN KEY (source_key) REFERENCES public.sources(key) ON DELETE CASCADE;

ALTER TABLE ONLY public.source_deliveries
    ADD CONSTRAINT source_deliveries_source_key_fkey FOREIGN KEY (source_key) REFERENCES public.sources(key) ON DELETE CASCADE;

ALTER TABLE ONLY public.source_fetches
    ADD CONSTRAINT source_fetches_source_key_fkey FOREIGN KEY (source_key) REFERENCES public.sources(key) ON DELETE CASCADE;

ALTER TABLE ONLY public.take_links
    ADD CONSTRAINT take_links_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.take_links
    ADD CONSTRAINT take_links_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES public.notifications(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.take_links
    ADD CONSTRAINT take_links_used_by_fkey FOREIGN KEY (used_by) REFERENCES public.handlings(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.take_links
    ADD CONSTRAINT take_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.user_channels
    ADD CONSTRAINT user_channels_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.views
    ADD CONSTRAINT views_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.work_items
    ADD CONSTRAINT work_items_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE;
