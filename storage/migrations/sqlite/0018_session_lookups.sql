-- A provider that tells of a session that ended names it by its own key for it.
CREATE INDEX sessions_idp ON sessions (tenant_id, connection_id, idp_session) WHERE ended_at IS NULL;
