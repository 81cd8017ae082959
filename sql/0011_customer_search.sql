-- Text search of contacts and organizations.
-- depends: 0010_jobs

CREATE INDEX contacts_search ON contacts
    USING gin (lower(coalesce(name, '') || ' ' || coalesce(email, '')) gin_trgm_ops);
CREATE INDEX organizations_search ON organizations
    USING gin (lower(coalesce(name, '') || ' ' || coalesce(domain, '')) gin_trgm_ops);
