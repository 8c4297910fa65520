-- Where an address can sign in: the second question across tenants. See the first one in 0001.
CREATE FUNCTION rollcall_memberships(address text, most integer) RETURNS TABLE (tenant_id uuid, member_id uuid) LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT pm.tenant_id, pm.member_id FROM people p JOIN person_members pm ON pm.person_id = p.id
  WHERE p.email_fold = address AND pm.live ORDER BY pm.member_id DESC LIMIT most;
END;
REVOKE ALL ON FUNCTION rollcall_memberships(text, integer) FROM PUBLIC;
