-- What people do about messages: where they are told, what they pressed, and the links that act for them.
-- depends: 0027_pre_owners

ALTER TABLE notifications
    DROP CONSTRAINT notifications_kind_check,
    ADD CONSTRAINT notifications_kind_check
        CHECK (kind IN ('hot_lead', 'reminder', 'escalation', 'digest', 'handled', 'operations')),
    ADD COLUMN user_id   uuid REFERENCES users ON DELETE SET NULL,
    ADD COLUMN reference text,
    ADD COLUMN about     jsonb;
CREATE INDEX notifications_channel ON notifications (channel, due_at) WHERE state IN ('owed', 'sending');
COMMENT ON COLUMN notifications.user_id IS 'Whom it is for; NULL: a room or a list.';
COMMENT ON COLUMN notifications.reference IS 'How its channel knows the message that is out, where it can be changed.';
COMMENT ON COLUMN notifications.about IS 'What it is about beside its lead: the step of a follow-up, the day of a digest, the message (of) that a change is of.';

ALTER TABLE leads ADD COLUMN cooled_at timestamptz;
COMMENT ON COLUMN leads.cooled_at IS 'When it was hot last and became less.';

ALTER TABLE users ADD COLUMN digest_on date;
COMMENT ON COLUMN users.digest_on IS 'The last day, in their time zone, for which their digest was looked after.';

CREATE TABLE user_channels (
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    channel     text NOT NULL,
    address     text NOT NULL,
    kinds       text[] NOT NULL,
    quiet_from  time,
    quiet_until time,
    always_hot  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (user_id, channel),
    CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))
);
CREATE INDEX user_channels_address ON user_channels (channel, address);
COMMENT ON TABLE user_channels IS 'Where people want to be told, and when not; times are those of users.time_zone.';
COMMENT ON COLUMN user_channels.kinds IS 'What they are told there: some of hot_lead, reminder, escalation, digest.';
COMMENT ON COLUMN user_channels.always_hot IS 'Hot leads come in their quiet hours too.';

CREATE TABLE handlings (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    lead_id    uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    hot_change integer NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('claim', 'snooze', 'not_a_fit', 'wrong_person')),
    user_id    uuid NOT NULL REFERENCES users,
    by         text NOT NULL,
    channel    text NOT NULL,
    press      text UNIQUE,
    until      timestamptz,
    before     jsonb NOT NULL,
    after      jsonb NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    undone_at  timestamptz,
    undone_by  text
);
CREATE INDEX handlings_lead ON handlings (lead_id, hot_change);
COMMENT ON TABLE handlings IS 'What people did about hot leads by a button or a link: one row for each press that did something; only added to, but for undone_at.';
COMMENT ON COLUMN handlings.by IS 'Who it was, as messages call them.';
COMMENT ON COLUMN handlings.press IS 'What the channel calls the press: one that is delivered again does nothing.';
COMMENT ON COLUMN handlings.until IS 'Of a snooze: when they are told again.';
COMMENT ON COLUMN handlings.before IS 'Of the lead, what it changed, as it was: {status, owner_id, outcome}; after: as it was then.';

CREATE TABLE take_links (
    token_hash      bytea PRIMARY KEY,
    lead_id         uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    hot_change      integer NOT NULL,
    user_id         uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    notification_id uuid NOT NULL REFERENCES notifications ON DELETE CASCADE,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz,
    used_by         uuid REFERENCES handlings ON DELETE SET NULL
);
CREATE INDEX take_links_expiry ON take_links (expires_at);
CREATE INDEX take_links_notification ON take_links (notification_id);
CREATE INDEX take_links_lead ON take_links (lead_id);
COMMENT ON TABLE take_links IS 'Links in messages that act once for whom they were sent to, by their SHA-256.';
COMMENT ON COLUMN take_links.used_by IS 'The handling that it did.';
