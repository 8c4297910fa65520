-- The SAML and OIDC connections by which a tenant's people sign in. Their settings are JSON that is only handed back;
-- private keys and client secrets in it are sealed with the master key. A locator row of the kind connection leads to
-- the tenant.
CREATE TABLE connections (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  name text NOT NULL,
  type text COLLATE "C" NOT NULL, -- saml, oidc
  status text COLLATE "C" NOT NULL,
  saml text NOT NULL,
  oidc text NOT NULL,
  mapping text NOT NULL,
  tested_at timestamptz, -- when a test sign-in last passed
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);

ALTER TABLE connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE connections FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON connections
  USING (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid));
