-- In n8n's database: what an erasure may do there. The sidecar's login can call this and read nothing.
-- Runs of the intake leave no data behind, but a run that was killed, or that waits to show its last
-- page, holds what came in until it is pruned.
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
    END IF;
    DELETE FROM execution_entity WHERE id = ANY(ids);
    RETURN cardinality(ids);
END $$;
ALTER FUNCTION forget_person(text[]) OWNER TO n8n;
REVOKE ALL ON FUNCTION forget_person(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_person(text[]) TO sidecar;
