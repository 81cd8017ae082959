-- Refused leads that somebody closed without repairing them.
-- depends: 0034_pre_dead_messages

ALTER TABLE intake ADD COLUMN closed_at timestamptz, ADD COLUMN closed_by text;
COMMENT ON COLUMN intake.closed_at IS 'Of a refused lead: since when nobody is to repair it; NULL: it is open, or was repaired.';
