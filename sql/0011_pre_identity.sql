-- One identity key may be several people's: colleagues on one mailbox, an address that somebody else has now.
-- depends: 0008_pre_subscriptions

CREATE UNIQUE INDEX contact_identities_key ON contact_identities (kind, value, contact_id);
ALTER TABLE contact_identities DROP CONSTRAINT contact_identities_pkey;
COMMENT ON TABLE contact_identities IS 'Keys by which a person is recognised without review, while the names do not contradict each other; on a mailbox there may be several.';
