-- What a tenant adds to the schemas of RFC 7643, and the values of its attributes that have an index.

CREATE TABLE schemas (
  tenant_id uuid NOT NULL REFERENCES tenants,
  urn text COLLATE "C" NOT NULL,
  definition text NOT NULL,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, urn)
);

CREATE TABLE entitlements (
  tenant_id uuid NOT NULL REFERENCES tenants,
  value text COLLATE "C" NOT NULL,
  display text NOT NULL,
  type text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, value)
);

CREATE TABLE attribute_indexes (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  urn text COLLATE "C" NOT NULL,
  attribute text COLLATE "C" NOT NULL,
  exact boolean NOT NULL,
  multi boolean NOT NULL,
  uniq boolean NOT NULL,
  state text COLLATE "C" NOT NULL, -- building, ready, retired
  after uuid, -- while it is being built: the last member or group whose values are in
  PRIMARY KEY (tenant_id, id)
);

-- One row for each value. Values begin with their type, and are folded where case does not matter; see
-- roster.IndexKeys. There is no index by owner: who changes a document knows which values it had.
CREATE TABLE attribute_keys (
  tenant_id uuid NOT NULL,
  index_id uuid NOT NULL,
  value text COLLATE "C" NOT NULL,
  owner_id uuid NOT NULL, -- a member or a group
  uniq boolean NOT NULL, -- nobody else may have the value; false for tombstones
  PRIMARY KEY (tenant_id, index_id, value, owner_id)
);
CREATE UNIQUE INDEX attribute_keys_unique ON attribute_keys (tenant_id, index_id, value) WHERE uniq;

-- The locator has a row of the kind "index" for each tenant that ever had work to do on its indexes;
-- held_until says when that was done, NULL: it is not.

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['schemas', 'entitlements', 'attribute_indexes', 'attribute_keys'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))'
      ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))', name);
  END LOOP;
END $$;
