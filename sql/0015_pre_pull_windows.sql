-- Until when a request to a vendor asks for what an outage missed.
-- depends: 0014_pre_first_touch

ALTER TABLE source_fetches ADD COLUMN until timestamptz;
COMMENT ON COLUMN source_fetches.until IS 'Of what an outage missed: when its last page is stored, its source is pulled until then. Null: it was announced.';
