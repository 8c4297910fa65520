package storage

import (
	"rollcall/internal/roster"
)

// The ways in which an address leads to a member.
const (
	emailPrimary = "primary" // the primary address, proven: unique in the tenant among the live ones
	emailClaimed = "claimed" // the primary address, not proven
	emailOther   = "other"   // any further address of the document
	emailAlias   = "alias"   // a former primary address, for a time
)

type emailKey struct{ email, kind string }

type emailValue struct {
	live  bool
	until instant
}

// emailRows are the rows that a member should have; none for nil.
func emailRows(m *roster.Member) map[emailKey]emailValue {
	if m == nil {
		return nil
	}
	rows := make(map[emailKey]emailValue, 1+len(m.Aliases))
	live := !m.Removed()
	if m.Email != "" {
		kind := emailClaimed
		if m.Proven {
			kind = emailPrimary
		}
		rows[emailKey{string(m.Email), kind}] = emailValue{live: live}
	}
	for _, a := range m.Addresses {
		if a != "" && a != string(m.Email) {
			rows[emailKey{a, emailOther}] = emailValue{live: live}
		}
	}
	for _, a := range m.Aliases {
		rows[emailKey{string(a.Email), emailAlias}] = emailValue{live: live, until: instant(truncate(a.Until))}
	}
	return rows
}

const (
	upsertEmail = `
		INSERT INTO member_emails (tenant_id, email_fold, kind, member_id, live, until) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant_id, email_fold, kind, member_id) DO UPDATE SET live = excluded.live, until = excluded.until`
	insertEmail = `
		INSERT INTO member_emails (tenant_id, email_fold, kind, member_id, live, until) VALUES ($1, $2, $3, $4, $5, $6)`
	deleteEmail = `
		DELETE FROM member_emails WHERE tenant_id = $1 AND email_fold = $2 AND kind = $3 AND member_id = $4`
)

// emailChanges are the statements that turn a member's rows from what they were (nil: there was no
// member) into what they should be. Rows that stay are not touched.
func (t *tx) emailChanges(before, after *roster.Member) []statement {
	had, want := emailRows(before), emailRows(after)
	var list []statement
	for k := range had {
		if _, stays := want[k]; !stays {
			list = append(list, statement{sql: deleteEmail, part: 'd', args: []any{t.me(), k.email, k.kind, ident(after.ID.UUID)}})
		}
	}
	sql, part := upsertEmail, byte('r')
	if before == nil {
		sql, part = insertEmail, 'e'
	}
	for k, v := range want {
		if old, ok := had[k]; ok && old == v {
			continue
		}
		list = append(list, statement{
			sql: sql, part: part, taken: &taken{field: takenEmail},
			args: []any{t.me(), k.email, k.kind, ident(after.ID.UUID), v.live, v.until},
		})
	}
	return list
}
