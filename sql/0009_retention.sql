-- What is kept for a while only is found quickly when its time is over.
-- depends: 0008_forms

CREATE INDEX intake_payloads ON intake (received_at) WHERE payload IS NOT NULL;
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
