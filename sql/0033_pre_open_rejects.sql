-- Refused leads that wait for a person are counted with each look at the overview.
-- depends: 0032_pre_sources_page
-- transactional: false

CREATE INDEX CONCURRENTLY intake_open_rejects ON intake (id DESC) WHERE outcome = 'rejected' AND resolved_at IS NULL;
