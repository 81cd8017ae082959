-- Organizations, contacts and leads: what the engine knows about customers.
-- depends:

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE organizations (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    name           text,
    domain         text UNIQUE,
    company_key    text,
    legal_form     text,
    industry       text,
    employee_count integer CHECK (employee_count >= 0),
    company_size   text,
    revenue        numeric CHECK (revenue >= 0),
    revenue_range  text,
    country        text CHECK (country ~ '^[A-Z]{2}$'),
    region         text,
    city           text,
    founded_year   integer,
    linkedin       text,
    description    text,
    technologies   text[],
    version        integer NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);
-- A company without a domain is known by its matching key alone.
CREATE UNIQUE INDEX organizations_key_without_domain ON organizations (company_key) WHERE domain IS NULL;
CREATE INDEX organizations_company_key ON organizations (company_key);
CREATE INDEX organizations_search ON organizations
    USING gin (lower(coalesce(name, '') || ' ' || coalesce(domain, '')) gin_trgm_ops);
-- A text that many rows contain is found by walking from the newest, one that few contain by its index. The
-- planner can tell them apart when it has seen more than the usual hundred values. The same holds for contacts
-- and leads.
ALTER INDEX organizations_search ALTER COLUMN 1 SET STATISTICS 1000;
COMMENT ON TABLE organizations IS 'Companies, one row per registrable domain (or per matching key where no domain is known).';
COMMENT ON COLUMN organizations.revenue IS 'Annual revenue as stated, in whole currency units.';
COMMENT ON COLUMN organizations.company_size IS 'Head count band in People Data Labs'' vocabulary, e.g. 51-200.';
COMMENT ON COLUMN organizations.version IS 'Grows with every write; the ETag of the HTTP resource.';

CREATE TABLE contacts (
    id              uuid PRIMARY KEY DEFAULT uuidv7(),
    org_id          uuid REFERENCES organizations ON DELETE SET NULL,
    email           text,
    email_canonical text,
    email_type      text CHECK (email_type IN ('corporate', 'free', 'role', 'disposable')),
    name            text,
    first_name      text,
    last_name       text,
    job_title       text,
    seniority       text,
    department      text,
    phone           text,
    phone_extension text,
    phone_country   text,
    phone_type      text,
    linkedin        text,
    country         text CHECK (country ~ '^[A-Z]{2}$'),
    region          text,
    city            text,
    consent         jsonb NOT NULL DEFAULT '{}',
    version         integer NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contacts_org ON contacts (org_id);
CREATE INDEX contacts_email ON contacts (email_canonical);
CREATE INDEX contacts_search ON contacts
    USING gin (lower(coalesce(name, '') || ' ' || coalesce(email, '')) gin_trgm_ops);
ALTER INDEX contacts_search ALTER COLUMN 1 SET STATISTICS 1000;
COMMENT ON TABLE contacts IS 'People, one row per person.';

CREATE TABLE contact_identities (
    kind       text NOT NULL CHECK (kind IN ('email', 'linkedin', 'mobile')),
    value      text NOT NULL,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    PRIMARY KEY (kind, value)
);
CREATE INDEX contact_identities_contact ON contact_identities (contact_id);
COMMENT ON TABLE contact_identities IS 'Keys by which a person is recognised without review; one key belongs to one contact.';

CREATE TABLE leads (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    contact_id  uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    org_id      uuid REFERENCES organizations ON DELETE SET NULL,
    email       text,
    source      text NOT NULL,
    status      text NOT NULL DEFAULT 'new'
                CHECK (status IN ('new', 'working', 'qualified', 'converted', 'lost', 'archived')),
    tags        text[] NOT NULL DEFAULT '{}',
    message     text,
    utm         jsonb NOT NULL DEFAULT '{}',
    custom      jsonb NOT NULL DEFAULT '{}',
    owner       text,
    total_score integer CHECK (total_score BETWEEN 0 AND 10000),
    grade       text CHECK (grade IN ('hot', 'warm', 'cold')),
    hot_changes integer NOT NULL DEFAULT 0,
    scored_at   timestamptz,
    search_text text NOT NULL DEFAULT '',
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
-- One open lead per person: who asks again continues the lead that is being worked on.
CREATE UNIQUE INDEX leads_one_open_per_contact ON leads (contact_id) WHERE status IN ('new', 'working', 'qualified');
CREATE INDEX leads_contact ON leads (contact_id);
CREATE INDEX leads_org ON leads (org_id);
CREATE INDEX leads_status ON leads (status, id DESC);
-- Leads are in the indexes of grades when they are scored, so that intake does not pay for them.
CREATE INDEX leads_grade ON leads (grade, id DESC) WHERE grade IS NOT NULL;
-- The best of the cold ones: by score alone all better ones came first.
CREATE INDEX leads_grade_score ON leads (grade, (coalesce(total_score, -1)) DESC, id DESC)
    WHERE grade IS NOT NULL;
CREATE INDEX leads_source ON leads (source, id DESC);
CREATE INDEX leads_score ON leads ((coalesce(total_score, -1)) DESC, id DESC);
CREATE INDEX leads_tags ON leads USING gin (tags);
-- Whose leads: most have no owner, and those are not looked for by this index.
CREATE INDEX leads_owner ON leads (owner, id DESC) WHERE owner IS NOT NULL;
CREATE INDEX leads_created ON leads (created_at);
CREATE INDEX leads_updated ON leads (updated_at);
CREATE INDEX leads_scored ON leads (scored_at) WHERE scored_at IS NOT NULL;
CREATE INDEX leads_search ON leads USING gin (search_text gin_trgm_ops);
ALTER TABLE leads ALTER COLUMN search_text SET STATISTICS 1000;
COMMENT ON TABLE leads IS 'Sales opportunities: a person who came in by some source.';
COMMENT ON COLUMN leads.total_score IS 'Latest score in hundredths of a point (0 to 10000); history in lead_scores.';
COMMENT ON COLUMN leads.hot_changes IS 'How often the lead changed into hot; a notification is owed once per change.';
COMMENT ON COLUMN leads.search_text IS 'Lower-case name, e-mail, company and domain for text search: lead_search_text.';

-- What the text search of leads looks at, said once. A new lead is stored with it.
CREATE FUNCTION lead_search_text(c contacts, o organizations) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT lower(concat_ws(' ', coalesce(c.name, nullif(concat_ws(' ', c.first_name, c.last_name), '')),
                           c.email, o.name, o.domain))
$$;

-- Whatever changes it later (a person who asks again, a provider's answer, an edit, a merge), the leads follow.
-- Who changes contacts locks their leads first, as intake does: so no two wait for each other.
CREATE FUNCTION refresh_search() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off  -- a plan made while the tables were small must serve when they are large
AS $$ BEGIN
    UPDATE leads l SET search_text = (
        SELECT lead_search_text(c, o) FROM contacts c LEFT JOIN organizations o ON o.id = l.org_id
        WHERE c.id = l.contact_id)
    WHERE l.id = ANY(CASE TG_TABLE_NAME
        WHEN 'contacts' THEN ARRAY(SELECT id FROM leads WHERE contact_id = NEW.id)
        WHEN 'organizations' THEN ARRAY(SELECT id FROM leads WHERE org_id = NEW.id)
        ELSE ARRAY[NEW.id] END);
    RETURN NULL;
END $$;
CREATE TRIGGER refresh_search AFTER UPDATE ON contacts FOR EACH ROW
    WHEN ((OLD.name, OLD.first_name, OLD.last_name, OLD.email)
          IS DISTINCT FROM (NEW.name, NEW.first_name, NEW.last_name, NEW.email))
    EXECUTE FUNCTION refresh_search();
CREATE TRIGGER refresh_search AFTER UPDATE ON organizations FOR EACH ROW
    WHEN ((OLD.name, OLD.domain) IS DISTINCT FROM (NEW.name, NEW.domain))
    EXECUTE FUNCTION refresh_search();
CREATE TRIGGER refresh_search AFTER UPDATE ON leads FOR EACH ROW
    WHEN ((OLD.contact_id, OLD.org_id) IS DISTINCT FROM (NEW.contact_id, NEW.org_id))
    EXECUTE FUNCTION refresh_search();

CREATE TABLE lead_status_history (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lead_id     uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    from_status text,
    to_status   text NOT NULL,
    changed_by  text NOT NULL,
    changed_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX lead_status_history_lead ON lead_status_history (lead_id, id);

CREATE TABLE events (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    contact_id  uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    lead_id     uuid REFERENCES leads ON DELETE CASCADE,
    type        text NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    properties  jsonb NOT NULL DEFAULT '{}',
    source      text NOT NULL,
    dedupe_key  text UNIQUE
);
CREATE INDEX events_contact ON events (contact_id, occurred_at);
COMMENT ON TABLE events IS 'What people did: forms, demo requests, page views, mail opens, replies, meetings.';

-- One row for all that a source says of somebody, not one per field: a new lead writes two rows, not sixteen.
CREATE TABLE provenance (
    entity_kind text NOT NULL CHECK (entity_kind IN ('contact', 'organization')),
    entity_id   uuid NOT NULL,
    source      text NOT NULL,
    fields      jsonb NOT NULL,
    PRIMARY KEY (entity_id, entity_kind, source)
);
COMMENT ON TABLE provenance IS 'What each source says of each field. The winning value stands in the entity''s own column.';
COMMENT ON COLUMN provenance.fields IS 'Field: {value, confidence from 0 to 1, observed_at}, with locked: true where a person edited it, so that enrichment never overrides it, and sandbox: true where the sandbox providers invented it.';
