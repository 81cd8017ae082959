-- What providers cost by day, kept by triggers: who reserves money adds up days, not the calls of a month.
-- depends: 0020_pre_breakers

CREATE TABLE spent (
    day      date NOT NULL,
    provider text NOT NULL,
    sandbox  boolean NOT NULL,
    usd      numeric NOT NULL,
    PRIMARY KEY (day, provider, sandbox)
);
COMMENT ON TABLE spent IS 'What provider_calls cost and reserve, together with spent_changes: by UTC day on which they began or were planned.';

-- Only appended to, so that writers never wait for each other.
CREATE TABLE spent_changes (
    day      date NOT NULL,
    provider text NOT NULL,
    sandbox  boolean NOT NULL,
    usd      numeric NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
COMMENT ON TABLE spent_changes IS 'The difference that each statement made, part of its transaction; added to spent every minute.';

DO $do$
DECLARE
    event text;
BEGIN
    FOREACH event IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
        EXECUTE format(
            'CREATE FUNCTION spent_%1$s() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN'
            ' INSERT INTO spent_changes'
            ' SELECT (coalesce(started_at, planned_at) AT TIME ZONE ''UTC'')::date AS day, provider, sandbox, sum(usd)'
            ' FROM (%2$s) change GROUP BY 1, 2, 3 HAVING sum(usd) <> 0;'
            ' RETURN NULL; END $f$', event, concat_ws(' UNION ALL ',
                CASE WHEN event <> 'delete' THEN 'SELECT a.*, price AS usd FROM after a WHERE price > 0' END,
                CASE WHEN event <> 'insert' THEN 'SELECT b.*, -price AS usd FROM before b WHERE price > 0' END));
        EXECUTE format(
            'CREATE TRIGGER spent_%1$s AFTER %1$s ON provider_calls REFERENCING %2$s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION spent_%1$s()', event,
            concat_ws(' ', CASE WHEN event <> 'insert' THEN 'OLD TABLE AS before' END,
                           CASE WHEN event <> 'delete' THEN 'NEW TABLE AS after' END));
    END LOOP;
END
$do$;
CREATE FUNCTION spent_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM spent;
    DELETE FROM spent_changes;
    RETURN NULL;
END $$;
CREATE TRIGGER spent_truncate AFTER TRUNCATE ON provider_calls FOR EACH STATEMENT EXECUTE FUNCTION spent_truncate();

INSERT INTO spent
SELECT (coalesce(started_at, planned_at) AT TIME ZONE 'UTC')::date, provider, sandbox, sum(price)
FROM provider_calls WHERE price > 0 GROUP BY 1, 2, 3;
DROP INDEX provider_calls_spent;
