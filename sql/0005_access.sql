-- Who may do what, and who did what.
-- depends: 0004_scores_and_messages

CREATE TABLE clients (
    id            text PRIMARY KEY,
    secret_hash   text NOT NULL,
    scopes        text[] NOT NULL,
    disabled_at   timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE clients IS 'Programs that call the API; secrets are stored as scrypt hashes.';

CREATE TABLE users (
    id              uuid PRIMARY KEY DEFAULT uuidv7(),
    email           text NOT NULL UNIQUE,
    name            text,
    password_hash   text NOT NULL,
    role            text NOT NULL CHECK (role IN ('admin', 'operator', 'viewer')),
    failures        integer NOT NULL DEFAULT 0,
    locked_until    timestamptz,
    disabled_at     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    last_sign_in_at timestamptz
);

CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    family_id  uuid NOT NULL,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    rotated_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id);
COMMENT ON TABLE refresh_tokens IS 'SHA-256 of refresh tokens. Using a rotated one again revokes its family.';

CREATE TABLE suppressions (
    key_hash   text PRIMARY KEY,
    reason     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE suppressions IS 'Keyed hashes of people who asked to be forgotten: refused at intake, never asked of providers.';

CREATE TABLE duplicates (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    left_id     uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    right_id    uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    score       real NOT NULL,
    reasons     jsonb NOT NULL,
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'merged', 'dismissed')),
    decided_by  text,
    decided_at  timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CHECK (left_id < right_id),
    UNIQUE (left_id, right_id)
);
COMMENT ON TABLE duplicates IS 'Pairs of contacts that may be one person, for review.';

CREATE TABLE audit_log (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT now(),
    actor       text NOT NULL,
    action      text NOT NULL,
    entity_kind text NOT NULL,
    entity_id   text NOT NULL,
    before      jsonb,
    after       jsonb,
    request_id  text
);
CREATE INDEX audit_log_entity ON audit_log (entity_kind, entity_id, id);
COMMENT ON TABLE audit_log IS 'Who changed what. Personal data is not copied here: changed fields are named, values only where they name nobody.';
