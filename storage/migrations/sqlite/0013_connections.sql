-- The SAML and OIDC connections by which a tenant's people sign in. Their settings are JSON that is only handed back;
-- private keys and client secrets in it are sealed with the master key. A locator row of the kind connection leads to
-- the tenant.
CREATE TABLE connections (
  tenant_id TEXT NOT NULL REFERENCES tenants,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL, -- saml, oidc
  status TEXT NOT NULL,
  saml TEXT NOT NULL,
  oidc TEXT NOT NULL,
  mapping TEXT NOT NULL,
  tested_at INTEGER, -- when a test sign-in last passed
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  removed_at INTEGER,
  PRIMARY KEY (tenant_id, id)
) STRICT;
