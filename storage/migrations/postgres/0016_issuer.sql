-- Applications, and the keys that tokens for them are signed with. Both belong to no tenant.
CREATE TABLE apps (
  id uuid NOT NULL PRIMARY KEY,
  settings text NOT NULL, -- the whole app; of its secrets the hashes
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL
);

CREATE TABLE signing_keys (
  generation bigint NOT NULL PRIMARY KEY,
  id text COLLATE "C" NOT NULL,
  algorithm text COLLATE "C" NOT NULL,
  public bytea NOT NULL,
  sealed bytea NOT NULL, -- with the master key
  use_from timestamptz NOT NULL,
  created_at timestamptz NOT NULL
);

-- What ended lately, for the feed that an app reads: sessions in which it had redeemed a grant, and such grants.
CREATE TABLE revocations (
  app_id uuid NOT NULL,
  at timestamptz NOT NULL,
  id uuid NOT NULL, -- of the session, or of the grant
  kind text NOT NULL CHECK (kind IN ('session', 'grant')),
  PRIMARY KEY (app_id, at, id)
);
CREATE INDEX revocations_at ON revocations (at);
