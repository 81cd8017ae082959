-- Lists of leads as people keep them, changes of many leads at once with what they were before, and a search
-- that looks at titles, telephone numbers and tags too.
-- depends: 0030_pre_sessions

CREATE TABLE views (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name       text NOT NULL,
    query      text NOT NULL,
    columns    text[] NOT NULL DEFAULT '{}',
    shared     boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_id, name)
);
COMMENT ON TABLE views IS 'Lists of leads that people keep under a name: the dashboard''s own query, and the columns that it shows (none: the usual ones).';
COMMENT ON COLUMN views.shared IS 'Everybody sees it, not only who keeps it.';

ALTER TABLE users ADD COLUMN lead_list jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN users.lead_list IS 'How they look at leads: {columns, limit}.';

ALTER TABLE jobs DROP CONSTRAINT jobs_kind_check;
ALTER TABLE jobs ADD CONSTRAINT jobs_kind_check CHECK (kind IN ('import', 'rescore', 'bulk'));

CREATE TABLE job_leads (
    job_id  uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
    lead_id uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    outcome text CHECK (outcome IN ('changed', 'same', 'refused', 'undone', 'kept')),
    before  jsonb,
    PRIMARY KEY (job_id, lead_id)
);
CREATE INDEX job_leads_lead ON job_leads (lead_id);
COMMENT ON TABLE job_leads IS 'The leads that a job of people changes. Gone some time after it ended: then it cannot be undone.';
COMMENT ON COLUMN job_leads.outcome IS 'NULL: not yet. undone: it is as before; kept: somebody changed it since.';
COMMENT ON COLUMN job_leads.before IS 'Of a lead that was changed: {status}, {owner_id, assignment_id}, or {tags} (those that it got or lost by it).';

-- What the search looks at of a person and a company, with the tags of the lead; the code before calls the first
-- of the two. The leads that there are follow in a migration of their own.
CREATE OR REPLACE FUNCTION lead_search_text(c contacts, o organizations) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT lower(concat_ws(' ', coalesce(c.name, nullif(concat_ws(' ', c.first_name, c.last_name), '')),
                           c.email, o.name, o.domain, c.job_title, c.phone))
$$;
CREATE FUNCTION lead_search_text(c contacts, o organizations, tags text[]) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', lead_search_text(c, o), (SELECT string_agg(lower(tag), ' ' ORDER BY tag) FROM unnest(tags) tag))
$$;
CREATE OR REPLACE FUNCTION refresh_search() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
AS $$ BEGIN
    UPDATE leads l SET search_text = (
        SELECT lead_search_text(c, o, l.tags) FROM contacts c LEFT JOIN organizations o ON o.id = l.org_id
        WHERE c.id = l.contact_id)
    WHERE l.id = ANY(CASE TG_TABLE_NAME
        WHEN 'contacts' THEN ARRAY(SELECT id FROM leads WHERE contact_id = NEW.id)
        WHEN 'organizations' THEN ARRAY(SELECT id FROM leads WHERE org_id = NEW.id)
        ELSE ARRAY[NEW.id] END);
    RETURN NULL;
END $$;
DROP TRIGGER refresh_search ON contacts;
CREATE TRIGGER refresh_search AFTER UPDATE ON contacts FOR EACH ROW
    WHEN ((OLD.name, OLD.first_name, OLD.last_name, OLD.email, OLD.job_title, OLD.phone)
          IS DISTINCT FROM (NEW.name, NEW.first_name, NEW.last_name, NEW.email, NEW.job_title, NEW.phone))
    EXECUTE FUNCTION refresh_search();
DROP TRIGGER refresh_search ON leads;
CREATE TRIGGER refresh_search AFTER UPDATE ON leads FOR EACH ROW
    WHEN ((OLD.contact_id, OLD.org_id, OLD.tags) IS DISTINCT FROM (NEW.contact_id, NEW.org_id, NEW.tags))
    EXECUTE FUNCTION refresh_search();
COMMENT ON COLUMN leads.search_text IS 'Lower-case name, e-mail, company, domain, title, phone and tags for text search: lead_search_text.';
