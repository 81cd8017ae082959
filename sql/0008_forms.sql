-- Public web forms: what a browser may post without a sign-in.
-- depends: 0007_idempotency

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
