-- Sessions of browsers: who is signed in by a cookie.
-- depends: 0029_pre_follow_ups

CREATE TABLE sessions (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    token_hash bytea NOT NULL UNIQUE,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    way        text NOT NULL CHECK (way IN ('password', 'oidc')),
    user_agent text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz,
    ended_as   text CHECK (ended_as IN ('signed_out', 'elsewhere', 'password', 'role', 'disabled'))
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
COMMENT ON TABLE sessions IS 'SHA-256 of the tokens in the cookies of signed-in browsers. An ended one stays until it would have expired: it says why.';
COMMENT ON COLUMN sessions.seen_at IS 'When it was used last, to the minute.';

ALTER TABLE users ADD COLUMN oidc_identity text UNIQUE;
COMMENT ON COLUMN users.oidc_identity IS 'Who they are at the OIDC provider: its issuer, a blank, and their subject there. NULL: never signed in by one.';
