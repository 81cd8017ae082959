-- Who owns leads: users with their hours, absences and teams; how leads came to them, and by which rules.
-- depends: 0026_pre_predictions

ALTER TABLE users
    ADD COLUMN time_zone     text,
    ADD COLUMN working_hours jsonb,
    ADD COLUMN holidays      text,
    ADD COLUMN capacity      integer CHECK (capacity >= 0),
    ADD COLUMN language      text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'de')),
    ADD COLUMN calendar_url  bytea,
    ADD COLUMN calendar_read_at timestamptz,
    ADD COLUMN calendar_error text;
COMMENT ON COLUMN users.disabled_at IS 'Since when somebody has left: they sign in no more and own no open lead.';
COMMENT ON COLUMN users.time_zone IS 'An IANA name; NULL: that of the settings.';
COMMENT ON COLUMN users.working_hours IS 'Day of the week (mon … sun): [[from, until], …] as HH:MM; NULL: those of the settings.';
COMMENT ON COLUMN users.holidays IS 'Whose public holidays are free: a country, or country-subdivision (DE-BY); NULL: those of the settings.';
COMMENT ON COLUMN users.capacity IS 'How many open hot leads they take from routing at most; NULL: any number.';
COMMENT ON COLUMN users.calendar_url IS 'The address of their calendar feed, encrypted: it is a secret.';

CREATE TABLE absences (
    id      uuid PRIMARY KEY DEFAULT uuidv7(),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL CHECK (ends_at > starts_at),
    source  text NOT NULL CHECK (source IN ('person', 'calendar')),
    uid     text NOT NULL,
    UNIQUE (user_id, source, uid)
);
CREATE INDEX absences_time ON absences (user_id, ends_at);
COMMENT ON TABLE absences IS 'When people are away: said by somebody, or read from their calendar feed.';

CREATE TABLE teams (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    name       text NOT NULL UNIQUE,
    lead_id    uuid REFERENCES users ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN teams.lead_id IS 'The user who leads the team: escalations go to them.';

CREATE TABLE team_members (
    team_id uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    weight  integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 0 AND 100),
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX team_members_user ON team_members (user_id);
COMMENT ON COLUMN team_members.weight IS 'Their share of what the team is dealt; 0: none.';

CREATE TABLE owner_names (
    name       text PRIMARY KEY,
    written    text NOT NULL,
    user_id    uuid REFERENCES users ON DELETE SET NULL,
    mapped_by  text,
    mapped_at  timestamptz
);
COMMENT ON TABLE owner_names IS 'Owners as files and other systems call them, in lower case: which user each is. NULL: nobody said yet.';

ALTER TABLE leads ADD COLUMN owner_id uuid REFERENCES users;
COMMENT ON COLUMN leads.owner_id IS 'Who works on it; never somebody who left, while it is open.';
COMMENT ON COLUMN leads.owner IS 'Its owner as the code before wrote it; kept equal to owner_id for that, and read no more.';

-- The code before writes the text, this code the user: whichever changed decides. A text that is nobody's
-- address is an owner elsewhere; an open lead is not of somebody who left.
CREATE FUNCTION keep_owner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told uuid;
BEGIN
    IF TG_OP = 'INSERT' AND NEW.owner_id IS NULL
       OR TG_OP = 'UPDATE' AND NEW.owner_id IS NOT DISTINCT FROM OLD.owner_id AND NEW.owner IS DISTINCT FROM OLD.owner THEN
        SELECT id INTO told FROM users WHERE email = lower(btrim(NEW.owner))
            AND (disabled_at IS NULL OR NEW.status NOT IN ('new', 'working', 'qualified'));
        NEW.owner_id := told;
        IF told IS NULL AND NEW.owner IS NOT NULL THEN
            NEW.owner_name := NEW.owner;
        END IF;
    ELSE
        NEW.owner := (SELECT email FROM users WHERE id = NEW.owner_id);
    END IF;
    RETURN NEW;
END $$;

UPDATE leads l SET owner_id = u.id FROM users u
    WHERE u.email = lower(btrim(l.owner)) AND (u.disabled_at IS NULL OR l.status NOT IN ('new', 'working', 'qualified'));
UPDATE leads SET owner_name = owner WHERE owner IS NOT NULL AND owner_id IS NULL;

CREATE TRIGGER keep_owner_insert BEFORE INSERT ON leads
    FOR EACH ROW WHEN (NEW.owner IS NOT NULL OR NEW.owner_id IS NOT NULL) EXECUTE FUNCTION keep_owner();
CREATE TRIGGER keep_owner_update BEFORE UPDATE OF owner, owner_id ON leads
    FOR EACH ROW WHEN (NEW.owner IS DISTINCT FROM OLD.owner OR NEW.owner_id IS DISTINCT FROM OLD.owner_id)
    EXECUTE FUNCTION keep_owner();

-- The code before lets users go without giving their open leads to others.
CREATE FUNCTION leave_leads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE leads SET owner_id = NULL, owner_name = NEW.email
        WHERE owner_id = NEW.id AND status IN ('new', 'working', 'qualified');
    RETURN NULL;
END $$;
CREATE TRIGGER leave_leads AFTER UPDATE OF disabled_at ON users
    FOR EACH ROW WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL) EXECUTE FUNCTION leave_leads();

CREATE INDEX leads_owner_id ON leads (owner_id, id DESC) WHERE owner_id IS NOT NULL;
CREATE INDEX leads_open_hot ON leads (owner_id)
    WHERE grade = 'hot' AND status IN ('new', 'working', 'qualified') AND NOT is_test;
CREATE INDEX leads_owner_name ON leads (lower(owner_name)) WHERE owner_name IS NOT NULL;

CREATE TABLE assignments (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    lead_id     uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    user_id     uuid REFERENCES users,
    previous_id uuid REFERENCES users,
    kind        text NOT NULL CHECK (kind IN ('routing', 'person', 'claim', 'owner_name', 'left', 'escalation', 'merge', 'undo')),
    reason      text NOT NULL,
    rule        text,
    model_version text,
    actor       text NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    undone_at   timestamptz
);
CREATE INDEX assignments_lead ON assignments (lead_id, at);
CREATE INDEX assignments_user ON assignments (user_id, at);
COMMENT ON TABLE assignments IS 'Who a lead went to, from whom, by whom and why; only added to, but for undone_at.';

CREATE TABLE routing_models (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version      text NOT NULL UNIQUE,
    definition   jsonb NOT NULL,
    state        text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'retired')),
    based_on     bigint REFERENCES routing_models,
    edits        integer NOT NULL DEFAULT 1,
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    published_by text,
    retired_at   timestamptz,
    retired_by   text
);
CREATE UNIQUE INDEX routing_models_in_force ON routing_models (state) WHERE state = 'published';
COMMENT ON TABLE routing_models IS 'Versions of the rules by which hot leads find their owner. What was published once is never changed.';

CREATE TABLE routing_shares (
    pool    text NOT NULL,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    dealt   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (pool, user_id)
);
COMMENT ON TABLE routing_shares IS 'How many leads of the round under way each pool (a team, or everybody) has dealt to whom: where turns go on.';

CREATE TABLE hot_changes (
    lead_id    uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    number     integer NOT NULL,
    at         timestamptz NOT NULL,
    owner_id   uuid REFERENCES users,
    source     text NOT NULL,
    touched_at timestamptz,
    touched_by uuid REFERENCES users,
    touched_how text CHECK (touched_how IN ('claim', 'status', 'button', 'reply', 'call', 'mail')),
    claimed_at timestamptz,
    contacted_at timestamptz,
    won_at     timestamptz,
    PRIMARY KEY (lead_id, number)
);
CREATE INDEX hot_changes_at ON hot_changes (at);
CREATE INDEX hot_changes_untouched ON hot_changes (owner_id) WHERE touched_at IS NULL;
COMMENT ON TABLE hot_changes IS 'Each change of a lead into hot, who had it then, and when somebody first did something about it.';

CREATE TABLE follow_ups (
    lead_id uuid NOT NULL,
    number  integer NOT NULL,
    step    integer NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    told_id uuid REFERENCES users,
    PRIMARY KEY (lead_id, number, step),
    FOREIGN KEY (lead_id, number) REFERENCES hot_changes ON DELETE CASCADE
);
COMMENT ON TABLE follow_ups IS 'Reminders (step 1) and escalations (from step 2) of hot leads that nobody touched: each once.';
