-- Who may do what, who did what, and what was answered.
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
    disabled_at     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    last_sign_in_at timestamptz
);

-- By address, not in users: wrong passwords are counted whether somebody has the address or not.
CREATE TABLE sign_in_failures (
    key_hash     text PRIMARY KEY,
    failures     integer NOT NULL DEFAULT 1,
    locked_until timestamptz,
    last_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_failures_last ON sign_in_failures (last_at);
COMMENT ON TABLE sign_in_failures IS 'Wrong passwords in a row by keyed hash of the address. Addresses of nobody are there too: a lock must not tell who has an account.';

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
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
COMMENT ON TABLE refresh_tokens IS 'SHA-256 of refresh tokens. Using a rotated one again revokes its family.';

CREATE TABLE forms (
    key         text PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    origins     text[] NOT NULL,
    source      text NOT NULL,
    disabled_at timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE forms IS
    'Keyed intake URLs for web pages. The key is public, as a browser keeps no secret; the origins say whose pages may use it.';

CREATE TABLE idempotency_keys (
    caller      text NOT NULL,
    key         text NOT NULL,
    fingerprint text NOT NULL,
    status      smallint NOT NULL,
    answer      bytea NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
COMMENT ON TABLE idempotency_keys IS
    'Requests with an Idempotency-Key: a keyed hash of what was asked, and the encrypted answer. Kept for 24 hours.';

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
