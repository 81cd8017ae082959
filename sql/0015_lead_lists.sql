-- Lists of leads that no index served.
-- depends: 0014_sign_in_failures

-- Whose leads: most have no owner, and those are not looked for by this index.
CREATE INDEX leads_owner ON leads (owner, id DESC) WHERE owner IS NOT NULL;
-- The best of the cold ones: by score alone all better ones came first. Leads are not in it before they are
-- scored, so that intake does not pay for it.
CREATE INDEX leads_grade_score ON leads (grade, (coalesce(total_score, -1)) DESC, id DESC)
    WHERE grade IS NOT NULL;
DROP INDEX leads_grade;
CREATE INDEX leads_grade ON leads (grade, id DESC) WHERE grade IS NOT NULL;
-- A text that many rows contain is found by walking from the newest, one that few contain by its index. The
-- planner can tell them apart when it has seen more than the usual hundred values.
ALTER TABLE leads ALTER COLUMN search_text SET STATISTICS 1000;
ALTER INDEX contacts_search ALTER COLUMN 1 SET STATISTICS 1000;
ALTER INDEX organizations_search ALTER COLUMN 1 SET STATISTICS 1000;
