-- The campaign by which a lead came first, beside the one by which it came last.
-- depends: 0013_pre_sources

ALTER TABLE leads ADD COLUMN first_utm jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN leads.utm IS 'Campaign parameters of the last touch that had any.';
COMMENT ON COLUMN leads.first_utm IS 'Campaign parameters of the first touch; empty in a lead from before this column: then utm.';
