-- What somebody did, in the audit log.
-- depends: 0040_pre_backups
-- transactional: false

CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_log_actor ON audit_log (actor, id);
