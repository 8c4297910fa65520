-- The provisioning log; see the file of the same name for PostgreSQL.
CREATE TABLE exchanges (
  tenant_id TEXT NOT NULL,
  directory_id TEXT NOT NULL,
  id TEXT NOT NULL,
  status INTEGER NOT NULL,
  subject_id TEXT,
  entry TEXT NOT NULL,
  PRIMARY KEY (tenant_id, directory_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE directory_hours (
  tenant_id TEXT NOT NULL,
  directory_id TEXT NOT NULL,
  hour INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  deactivated INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  no_token INTEGER NOT NULL,
  unknown_token INTEGER NOT NULL,
  expired_token INTEGER NOT NULL,
  revoked_token INTEGER NOT NULL,
  other_directory INTEGER NOT NULL,
  directory_ended INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, directory_id, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE directory_sightings (
  tenant_id TEXT NOT NULL,
  directory_id TEXT NOT NULL,
  first_at INTEGER,
  last_at INTEGER,
  last_change_at INTEGER,
  last_denied_at INTEGER,
  last_denied TEXT NOT NULL,
  vendor TEXT NOT NULL,
  vendor_at INTEGER,
  user_agent TEXT NOT NULL,
  silent_since INTEGER,
  failing_since INTEGER,
  alarms_version INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, directory_id)
) STRICT, WITHOUT ROWID;
