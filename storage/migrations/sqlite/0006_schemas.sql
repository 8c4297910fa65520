-- What a tenant adds to the schemas of RFC 7643, and the values of its attributes that have an index; see the
-- file of the same name for PostgreSQL.

CREATE TABLE schemas (
  tenant_id TEXT NOT NULL REFERENCES tenants,
  urn TEXT NOT NULL,
  definition TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, urn)
) STRICT;

CREATE TABLE entitlements (
  tenant_id TEXT NOT NULL REFERENCES tenants,
  value TEXT NOT NULL,
  display TEXT NOT NULL,
  type TEXT NOT NULL,
  PRIMARY KEY (tenant_id, value)
) STRICT;

CREATE TABLE attribute_indexes (
  tenant_id TEXT NOT NULL REFERENCES tenants,
  id TEXT NOT NULL,
  urn TEXT NOT NULL,
  attribute TEXT NOT NULL,
  exact INTEGER NOT NULL,
  multi INTEGER NOT NULL,
  uniq INTEGER NOT NULL,
  state TEXT NOT NULL,
  after TEXT,
  PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE attribute_keys (
  tenant_id TEXT NOT NULL,
  index_id TEXT NOT NULL,
  value TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  uniq INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, index_id, value, owner_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX attribute_keys_unique ON attribute_keys (tenant_id, index_id, value) WHERE uniq;
