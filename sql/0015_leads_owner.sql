-- Whose leads: most have no owner, and those are not looked for by this index.
-- depends: 0014_sign_in_failures

CREATE INDEX leads_owner ON leads (owner, id DESC) WHERE owner IS NOT NULL;
