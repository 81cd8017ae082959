-- In n8n's database: what an erasure and the housekeeping may do there. The sidecar's login can call these
-- functions and read nothing.
-- Runs of the intake leave no data behind, but a run that was killed, or that waits to show its last
-- page, holds what came in until it is pruned; and a file that came to a webhook or a form is kept before
-- there is a run, under the name 'temp', where n8n never deletes it.

-- Runs and files that hold one of the texts, which are in lower case: how many runs.
CREATE OR REPLACE FUNCTION forget_person(traces text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ids integer[];
BEGIN
    IF to_regclass('execution_data') IS NULL THEN
        RETURN 0;  -- n8n has not started yet
    END IF;
    SELECT coalesce(array_agg(d."executionId"), '{}') INTO ids FROM execution_data d
    WHERE EXISTS (
        SELECT FROM unnest(traces) trace
        WHERE position(trace IN lower(d.data)) > 0
            -- A phone number as people write it.
            OR (trace LIKE '+%' AND position(trace IN translate(d.data, ' ()./-', '')) > 0));
    IF to_regclass('binary_data') IS NOT NULL THEN
        DELETE FROM binary_data WHERE "sourceType" = 'execution' AND "sourceId" = ANY(ids::text[]);
        DELETE FROM binary_data b WHERE b."sourceType" = 'execution' AND EXISTS (
            SELECT FROM unnest(traces) trace,
                -- What is no text has none of the texts: bytes are compared, of at most 4 MB.
                LATERAL (SELECT CASE WHEN b."fileSize" <= 4194304 THEN lower(encode(b.data, 'escape')) END,
                    lower(encode(convert_to(trace, 'UTF8'), 'escape'))) AS as_bytes(file, wanted)
            WHERE position(wanted IN file) > 0 OR position(trace IN lower(b."fileName")) > 0
                OR (trace LIKE '+%' AND position(trace IN translate(file, ' ()./-', '')) > 0));
    END IF;
    DELETE FROM execution_entity WHERE id = ANY(ids);
    RETURN cardinality(ids);
END $$;

-- Files that came to a webhook or a form and whose run is over, or never was: how many. A run begins within
-- 20 seconds after its files came in; while one that did so then is not over, they stay.
CREATE OR REPLACE FUNCTION forget_files_of_ended_runs() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    IF to_regclass('binary_data') IS NULL THEN
        RETURN 0;
    END IF;
    DELETE FROM binary_data b WHERE b."sourceType" = 'execution' AND b."sourceId" = 'temp'
        AND b."createdAt" < now() - interval '20 seconds'
        AND NOT EXISTS (
            SELECT FROM execution_entity e
            WHERE e.status IN ('new', 'running', 'waiting') AND e."deletedAt" IS NULL
                AND e."createdAt" BETWEEN b."createdAt" - interval '1 second'
                    AND b."createdAt" + interval '20 seconds');
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

ALTER FUNCTION forget_person(text[]) OWNER TO n8n;
ALTER FUNCTION forget_files_of_ended_runs() OWNER TO n8n;
REVOKE ALL ON FUNCTION forget_person(text[]), forget_files_of_ended_runs() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_person(text[]), forget_files_of_ended_runs() TO sidecar;
