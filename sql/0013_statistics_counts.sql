-- Counts of leads, work and intake, kept by triggers: the overview never counts a table.
-- depends: 0012_duplicates

DROP TABLE stats_daily;

CREATE TABLE counts (
    subject text NOT NULL CHECK (subject IN ('lead', 'work', 'intake')),
    day     date,
    name    text NOT NULL,
    grade   text,
    n       bigint NOT NULL
);
COMMENT ON TABLE counts IS 'The sum of n is how many there are. Each statement that writes adds its difference, so that writers never wait for each other; rows of one kind are folded into one every minute.';
COMMENT ON COLUMN counts.day IS 'Of leads: the UTC day on which they came.';
COMMENT ON COLUMN counts.name IS 'Of leads the source, of work the stage, of intake the outcome.';

CREATE FUNCTION count_leads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM counts WHERE subject = 'lead';
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO counts SELECT 'lead', (created_at AT TIME ZONE 'UTC')::date, source, grade, count(*)
        FROM after GROUP BY 2, 3, 4;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO counts SELECT 'lead', (created_at AT TIME ZONE 'UTC')::date, source, grade, -count(*)
        FROM before GROUP BY 2, 3, 4;
    ELSE
        INSERT INTO counts SELECT 'lead', (created_at AT TIME ZONE 'UTC')::date, source, grade, sum(n)
        FROM (SELECT created_at, source, grade, -1 AS n FROM before
              UNION ALL SELECT created_at, source, grade, 1 FROM after) change
        GROUP BY 2, 3, 4 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION count_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM counts WHERE subject = 'work';
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO counts SELECT 'work', NULL, stage, NULL, count(*) FROM after GROUP BY 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO counts SELECT 'work', NULL, stage, NULL, -count(*) FROM before GROUP BY 3;
    ELSE
        INSERT INTO counts SELECT 'work', NULL, stage, NULL, sum(n)
        FROM (SELECT stage, -1 AS n FROM before UNION ALL SELECT stage, 1 FROM after) change
        GROUP BY 3 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION count_intake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM counts WHERE subject = 'intake';
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO counts SELECT 'intake', NULL, outcome, NULL, count(*) FROM after GROUP BY 3;
    ELSE
        INSERT INTO counts SELECT 'intake', NULL, outcome, NULL, -count(*) FROM before GROUP BY 3;
    END IF;
    RETURN NULL;
END $$;

-- An outcome of intake never changes, so its updates are not looked at.
CREATE TRIGGER count_insert AFTER INSERT ON leads REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION count_leads();
CREATE TRIGGER count_update AFTER UPDATE ON leads REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION count_leads();
CREATE TRIGGER count_delete AFTER DELETE ON leads REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION count_leads();
CREATE TRIGGER count_truncate AFTER TRUNCATE ON leads
    FOR EACH STATEMENT EXECUTE FUNCTION count_leads();
CREATE TRIGGER count_insert AFTER INSERT ON work_items REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION count_work();
CREATE TRIGGER count_update AFTER UPDATE ON work_items REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION count_work();
CREATE TRIGGER count_delete AFTER DELETE ON work_items REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION count_work();
CREATE TRIGGER count_truncate AFTER TRUNCATE ON work_items
    FOR EACH STATEMENT EXECUTE FUNCTION count_work();
CREATE TRIGGER count_insert AFTER INSERT ON intake REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION count_intake();
CREATE TRIGGER count_delete AFTER DELETE ON intake REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION count_intake();
CREATE TRIGGER count_truncate AFTER TRUNCATE ON intake
    FOR EACH STATEMENT EXECUTE FUNCTION count_intake();

-- The tables stay as they are until this commits, so that nothing is counted twice or not at all.
LOCK TABLE leads, work_items, intake IN SHARE MODE;
INSERT INTO counts
SELECT 'lead', (created_at AT TIME ZONE 'UTC')::date, source, grade, count(*) FROM leads GROUP BY 2, 3, 4
UNION ALL SELECT 'work', NULL, stage, NULL, count(*) FROM work_items GROUP BY 3
UNION ALL SELECT 'intake', NULL, outcome, NULL, count(*) FROM intake GROUP BY 3;
