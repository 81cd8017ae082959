-- Whether an address takes mail, and what is known of a company's mail.
-- depends: 0016_pre_sealed_undo

ALTER TABLE contacts ADD COLUMN email_status text
    CHECK (email_status IN ('valid', 'catch_all_likely', 'catch_all', 'invalid', 'unknown'));
COMMENT ON COLUMN contacts.email_status IS 'What verifiers say of the address; null: nobody was asked.';

ALTER TABLE organizations ADD COLUMN mail_host text, ADD COLUMN spf text, ADD COLUMN dmarc text,
    ADD COLUMN email_pattern text;
COMMENT ON COLUMN organizations.mail_host IS 'Registered domain of who takes the mail of its domain; none: it takes no mail.';
COMMENT ON COLUMN organizations.email_pattern IS 'How its addresses are made, e.g. {first}.{last}; {f} and {l} are initials.';

-- Whoever changes the address, what was said of the one before is not said of it.
CREATE FUNCTION forget_email_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.email_status IS NOT DISTINCT FROM OLD.email_status THEN
        NEW.email_status := NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contacts_email_status BEFORE UPDATE OF email ON contacts FOR EACH ROW
    WHEN (OLD.email_status IS NOT NULL AND lower(NEW.email) IS DISTINCT FROM lower(OLD.email))
    EXECUTE FUNCTION forget_email_status();
