-- Leads are found by title, telephone number and tags, those too that were there before; and by country.
-- depends: 0035_pre_closed_rejects
-- transactional: false

CREATE INDEX CONCURRENTLY IF NOT EXISTS contacts_country ON contacts (country) WHERE country IS NOT NULL;
-- Takes the place of leads_updated, in which many leads of one moment are in no order: whoever asked that one
-- asks this one.
CREATE INDEX CONCURRENTLY IF NOT EXISTS leads_changed ON leads (updated_at, id);
DROP INDEX CONCURRENTLY IF EXISTS leads_updated;
CREATE INDEX CONCURRENTLY IF NOT EXISTS leads_became_hot ON leads (id) WHERE hot_changes > 0;

-- A thousand at a time: whoever writes leads meanwhile waits for one of these at most.
DO $$
DECLARE last uuid := '00000000-0000-0000-0000-000000000000'; ids uuid[];
BEGIN
    LOOP
        SELECT array_agg(id ORDER BY id) INTO ids FROM (SELECT id FROM leads WHERE id > last ORDER BY id LIMIT 1000) l;
        EXIT WHEN ids IS NULL;
        PERFORM FROM leads WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE;
        UPDATE leads l SET search_text = lead_search_text(c, o, l.tags)
            FROM contacts c, leads m LEFT JOIN organizations o ON o.id = m.org_id
            WHERE l.id = ANY(ids) AND m.id = l.id AND c.id = l.contact_id
              AND l.search_text IS DISTINCT FROM lead_search_text(c, o, l.tags);
        last := ids[array_upper(ids, 1)];
        COMMIT;
    END LOOP;
END $$;
