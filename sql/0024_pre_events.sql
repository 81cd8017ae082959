-- Events whose person is not known yet, and events of devices.
-- depends: 0023_pre_models

ALTER TABLE events ALTER COLUMN contact_id DROP NOT NULL;
ALTER TABLE events ADD COLUMN received_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN events.received_at IS 'Since when it is known to be of this person: when it came, or when its person was found.';
UPDATE events SET received_at = coalesce(uuid_extract_timestamp(id), occurred_at);

ALTER TABLE events ADD COLUMN key_hash text;
COMMENT ON COLUMN events.key_hash IS 'Of a person who was not known when it came: the keyed hash of the identity key by which they were named. It waits while it has no contact.';
ALTER TABLE events ADD COLUMN device_hash text;
COMMENT ON COLUMN events.device_hash IS 'The keyed hash of the anonymous id of the browser or app.';
ALTER TABLE events ADD COLUMN anonymous boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN events.anonymous IS 'It names a device alone: whose it is follows from who was seen on that device (sidecar/intake/devices.py).';
ALTER TABLE events ADD CONSTRAINT events_of_somebody CHECK (num_nonnulls(contact_id, key_hash, device_hash) > 0);

CREATE INDEX events_key ON events (key_hash) WHERE contact_id IS NULL AND key_hash IS NOT NULL;
CREATE INDEX events_device ON events (device_hash, anonymous) WHERE device_hash IS NOT NULL;
CREATE INDEX events_of_nobody ON events (received_at) WHERE contact_id IS NULL;
CREATE INDEX events_traced ON events (received_at) WHERE properties ?| '{ip,user_agent}';
CREATE INDEX leads_external ON leads USING gin (external_ids jsonb_path_ops) WHERE external_ids <> '{}';
