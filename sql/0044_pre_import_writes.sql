-- What imports ask of Postgres: a lead is written once, and nothing is made shorter that cannot be.
-- depends: 0043_pre_imports

-- What is encrypted nothing makes shorter: it is not tried.
ALTER TABLE import_changes ALTER COLUMN before SET STORAGE EXTERNAL, ALTER COLUMN after SET STORAGE EXTERNAL;
ALTER TABLE intake ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE job_chunks ALTER COLUMN rows SET STORAGE EXTERNAL;
ALTER TABLE job_rejects ALTER COLUMN rows SET STORAGE EXTERNAL;
ALTER TABLE job_remarks ALTER COLUMN rows SET STORAGE EXTERNAL;
ALTER TABLE job_people ALTER COLUMN lead SET STORAGE EXTERNAL;

-- What a lead is searched by is written where it is another one: whoever changes the lead too has written it then.
CREATE OR REPLACE FUNCTION refresh_search() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
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
CREATE OR REPLACE FUNCTION refresh_search_of_contacts() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off
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
DROP TRIGGER refresh_search ON leads;
CREATE TRIGGER refresh_search AFTER UPDATE ON leads FOR EACH ROW
    WHEN ((OLD.contact_id, OLD.org_id, OLD.tags) IS DISTINCT FROM (NEW.contact_id, NEW.org_id, NEW.tags)
          AND OLD.search_text = NEW.search_text)
    EXECUTE FUNCTION refresh_search();
