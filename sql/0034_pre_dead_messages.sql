-- Messages that were given up lately are counted with each look at the overview.
-- depends: 0033_pre_open_rejects
-- transactional: false

CREATE INDEX CONCURRENTLY notifications_dead ON notifications (created_at) WHERE state = 'dead';
