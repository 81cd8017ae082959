-- Counts by figure, kept by triggers: the overview never counts a table.
-- depends: 0006_jobs_and_duplicates

CREATE TABLE counts (
    figure text NOT NULL CHECK (figure IN ('grade', 'day', 'source', 'stage', 'outcome')),
    day    date,
    name   text NOT NULL,
    n      bigint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (figure, day, name)
);
COMMENT ON TABLE counts IS 'How many there are, together with count_changes: leads by grade, by UTC day and grade, by source; work by stage; intake by outcome.';

-- Only appended to, so that writers never wait for each other.
CREATE TABLE count_changes (
    figure text NOT NULL,
    day    date,
    name   text NOT NULL,
    n      bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
COMMENT ON TABLE count_changes IS 'The difference that each statement made, part of its transaction; added to counts every minute.';

-- What a row counts for.
CREATE FUNCTION lead_figures(created_at timestamptz, source text, grade text)
RETURNS TABLE (figure text, day date, name text) LANGUAGE sql STABLE AS $$
    VALUES ('grade', NULL::date, coalesce(grade, 'unscored')),
           ('day', (created_at AT TIME ZONE 'UTC')::date, coalesce(grade, 'unscored')),
           ('source', NULL, source)
$$;
CREATE FUNCTION work_figures(stage text)
RETURNS TABLE (figure text, day date, name text) LANGUAGE sql STABLE AS $$
    VALUES ('stage', NULL::date, stage)
$$;
CREATE FUNCTION intake_figures(outcome text)
RETURNS TABLE (figure text, day date, name text) LANGUAGE sql STABLE AS $$
    VALUES ('outcome', NULL::date, outcome)
$$;

-- The same triggers for each table: one insert for each statement, of nothing where nothing changed.
DO $do$
DECLARE
    t record;
    event text;
    changed text;
BEGIN
    FOR t IN SELECT * FROM (VALUES
        ('leads', 'lead_figures(r.created_at, r.source, r.grade)', '{grade,day,source}'),
        ('work_items', 'work_figures(r.stage)', '{stage}'),
        ('intake', 'intake_figures(r.outcome)', '{outcome}')) AS v(name, figures, its)
    LOOP
        FOREACH event IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
            changed := concat_ws(' UNION ALL ',
                CASE WHEN event <> 'delete' THEN
                    format('SELECT f.*, 1 AS n FROM after r, %s f', t.figures) END,
                CASE WHEN event <> 'insert' THEN
                    format('SELECT f.*, -1 AS n FROM before r, %s f', t.figures) END);
            EXECUTE format(
                'CREATE FUNCTION count_%1$s_%2$s() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN'
                ' INSERT INTO count_changes SELECT figure, day, name, sum(n) FROM (%3$s) change'
                ' GROUP BY figure, day, name HAVING sum(n) <> 0;'
                ' RETURN NULL; END $f$', t.name, event, changed);
            EXECUTE format(
                'CREATE TRIGGER count_%2$s AFTER %2$s ON %1$s REFERENCING %3$s'
                ' FOR EACH STATEMENT EXECUTE FUNCTION count_%1$s_%2$s()', t.name, event,
                concat_ws(' ', CASE WHEN event <> 'insert' THEN 'OLD TABLE AS before' END,
                               CASE WHEN event <> 'delete' THEN 'NEW TABLE AS after' END));
        END LOOP;
        -- 73 is COUNTS in sidecar/store/locks.py, the lock of whoever adds changes up: what moves meanwhile
        -- would not be seen here.
        EXECUTE format(
            'CREATE FUNCTION count_%1$s_truncate() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN'
            ' PERFORM pg_advisory_xact_lock(73);'
            ' DELETE FROM counts WHERE figure = ANY(%2$L::text[]);'
            ' DELETE FROM count_changes WHERE figure = ANY(%2$L::text[]);'
            ' RETURN NULL; END $f$', t.name, t.its);
        EXECUTE format(
            'CREATE TRIGGER count_truncate AFTER TRUNCATE ON %1$s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION count_%1$s_truncate()', t.name);
    END LOOP;
END
$do$;
