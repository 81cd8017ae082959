-- What a source says of somebody is one row, not one per field: a new lead writes two where it wrote sixteen.
-- depends: 0015_lead_lists

CREATE TABLE claims (
    entity_kind text NOT NULL CHECK (entity_kind IN ('contact', 'organization')),
    entity_id   uuid NOT NULL,
    source      text NOT NULL,
    fields      jsonb NOT NULL,
    PRIMARY KEY (entity_id, entity_kind, source)
);
COMMENT ON TABLE claims IS 'Provenance: what each source says of each field. The winning value stands in the entity''s own column.';
COMMENT ON COLUMN claims.fields IS 'Field: {value, confidence from 0 to 1, observed_at}, with locked: true where a person edited it, so that enrichment never overrides it, and sandbox: true where the sandbox providers invented it.';

INSERT INTO claims (entity_kind, entity_id, source, fields)
SELECT entity_kind, entity_id, source, jsonb_object_agg(field, jsonb_strip_nulls(jsonb_build_object(
    'value', value, 'confidence', confidence, 'observed_at', observed_at,
    'locked', nullif(locked, false), 'sandbox', nullif(sandbox, false))))
FROM field_values GROUP BY entity_kind, entity_id, source;
DROP TABLE field_values;
