package storage

import (
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Memberships implements roster.MembershipLocator. On PostgreSQL a function that only its owner may look into answers.
func (db *DB) Memberships(ctx context.Context, e roster.Email, limit int) ([]roster.Membership, error) {
	s := statement{sql: `SELECT tenant_id, member_id FROM rollcall_memberships($1, $2)`, args: []any{string(e), limit}}
	if db.dialect == sqlite {
		s.sql = `SELECT pm.tenant_id, pm.member_id FROM people p JOIN person_members pm ON pm.person_id = p.id
			WHERE p.email_fold = $1 AND pm.live ORDER BY pm.member_id DESC LIMIT $2`
	}
	var found []roster.Membership
	s.each = rowsOf(&found, func(r row) (roster.Membership, error) {
		var id, member ident
		err := r.Scan(&id, &member)
		return roster.Membership{Tenant: tenant.ID{UUID: tenant.UUID(id)}, Member: roster.MemberID{UUID: tenant.UUID(member)}}, err
	})
	return found, db.common(ctx, "find memberships", s)
}
