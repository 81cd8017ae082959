-- What people removed of a person or company is found without a look at what everybody else said.
-- depends: 0044_pre_import_writes
-- transactional: false

CREATE INDEX CONCURRENTLY IF NOT EXISTS provenance_removed ON provenance (entity_id)
    WHERE starts_with(source, 'removed by ');
