-- What a request, or a run of n8n, caused is found by its id.
-- depends: 0041_pre_audit_actor
-- transactional: false

CREATE INDEX CONCURRENTLY IF NOT EXISTS intake_request ON intake (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_log_request ON audit_log (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS lead_scores_batch ON lead_scores (batch_id) WHERE batch_id IS NOT NULL;
