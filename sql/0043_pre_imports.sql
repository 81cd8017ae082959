-- What imports ask of Postgres: less for each person and company that was known.
-- depends: 0042_pre_requests

-- What leads are searched by is written once for all contacts that a statement changes, not once for each.
CREATE FUNCTION refresh_search_of_contacts() RETURNS trigger LANGUAGE plpgsql
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
        WHERE l.contact_id = ANY(changed);
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER refresh_search ON contacts;
CREATE TRIGGER refresh_search AFTER UPDATE ON contacts REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION refresh_search_of_contacts();

-- Pictures are encrypted: nothing makes them shorter, and a second table for the longer ones costs more than they do.
ALTER TABLE import_changes SET (toast_tuple_target = 8160);
