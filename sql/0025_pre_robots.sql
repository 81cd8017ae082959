-- Which events are a machine's.
-- depends: 0024_pre_events

ALTER TABLE events ADD COLUMN machine text;
COMMENT ON COLUMN events.machine IS 'By what it is known to be a machine''s (sidecar/robots/): it is kept, and scores nothing. NULL: a person''s.';

CREATE INDEX events_address ON events ((properties ->> 'ip'), occurred_at) WHERE properties ? 'ip';
