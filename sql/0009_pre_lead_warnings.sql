-- What senders said that could not be used, kept with the lead.
-- depends: 0008_pre_subscriptions

ALTER TABLE leads ADD COLUMN warnings jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN leads.warnings IS
    'What of the lead could not be used or is odd: [{pointer, code, detail, value}], the newest last, 50 at most.';
