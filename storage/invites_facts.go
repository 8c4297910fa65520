package storage

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// texts binds a list of texts as one argument, for amongTexts.
func (d dialect) texts(list []string) any {
	if d == postgres {
		return list
	}
	b, _ := json.Marshal(list) //nolint:errchkjson // strings always encode
	return string(b)
}

// amongTexts compares a column with a list of texts that is bound as one argument.
func (d dialect) amongTexts(column, argument string) string {
	if d == postgres {
		return column + " = ANY(" + argument + "::text[])"
	}
	return column + " IN (SELECT value FROM json_each(" + argument + "))"
}

// InviteFacts implements roster.InviteReader.
func (r *reader) InviteFacts(ctx context.Context, addresses []roster.Email, since time.Time, elsewhere bool) ([]roster.InviteFacts, error) {
	out := make([]roster.InviteFacts, len(addresses))
	at := map[string][]int{} // an address may stand there twice
	var list []string
	domains := map[string][]int{} // with those above
	for i, a := range addresses {
		out[i].Email = a
		if a == "" {
			continue
		}
		if at[string(a)] == nil {
			list = append(list, string(a))
		}
		at[string(a)] = append(at[string(a)], i)
		for labels := strings.Split(a.Domain(), "."); len(labels) > 1; labels = labels[1:] {
			name := strings.Join(labels, ".")
			domains[name] = append(domains[name], i)
		}
	}
	if len(list) == 0 {
		return out, nil
	}
	each := func(address string, f func(*roster.InviteFacts)) {
		for _, i := range at[address] {
			f(&out[i])
		}
	}
	err := r.run(ctx, "look at addresses to be invited", r.holders(list, each), r.pendings(list, each), r.lately(list, since, each), r.owners(domains, out))
	if err != nil || !elsewhere {
		return out, err
	}
	return out, r.known(ctx, list, each)
}

type eachFunc = func(address string, f func(*roster.InviteFacts))

func (r *reader) holders(list []string, each eachFunc) statement {
	d := r.db.dialect
	return statement{
		sql: `SELECT e.email_fold, m.id, m.state, m.reason, m.directory_id FROM member_emails e
			JOIN members m ON m.tenant_id = e.tenant_id AND m.id = e.member_id
			WHERE e.tenant_id = $1 AND ` + d.amongTexts("e.email_fold", "$2") + ` AND e.kind IN ('primary', 'claimed') AND m.removed_at IS NULL
			ORDER BY e.kind`, // claimed first, so that who has it proven counts
		args: []any{r.me(), d.texts(list)},
		each: func(r row) error {
			var address, state, reason string
			var id, dir ident
			if err := r.Scan(&address, &id, &state, &reason, &dir); err != nil {
				return err //nolint:wrapcheck // the caller does
			}
			each(address, func(f *roster.InviteFacts) {
				f.Member.UUID, f.Directory.UUID = tenant.UUID(id), tenant.UUID(dir)
				f.State, f.Reason = roster.State(state), roster.Code(reason)
			})
			return nil
		},
	}
}

func (r *reader) pendings(list []string, each eachFunc) statement {
	d := r.db.dialect
	return statement{
		sql:  `SELECT i.email, i.id, i.expires_at FROM invites i WHERE i.tenant_id = $1 AND ` + d.amongTexts("i.email", "$2") + ` AND i.state = 'pending'`,
		args: []any{r.me(), d.texts(list)},
		each: func(r row) error {
			var address string
			var id ident
			var expires instant
			if err := r.Scan(&address, &id, &expires); err != nil {
				return err //nolint:wrapcheck // the caller does
			}
			each(address, func(f *roster.InviteFacts) { f.Invite.UUID, f.ExpiresAt = tenant.UUID(id), expires.time() })
			return nil
		},
	}
}

func (r *reader) lately(list []string, since time.Time, each eachFunc) statement {
	d := r.db.dialect
	return statement{
		sql: `SELECT i.email, count(*) FROM invites i WHERE i.tenant_id = $1 AND ` + d.amongTexts("i.email", "$2") + ` AND i.created_at >= $3
			GROUP BY i.email`,
		args: []any{r.me(), d.texts(list), instant(since)},
		each: func(r row) error {
			var address string
			n := 0
			if err := r.Scan(&address, &n); err != nil {
				return err //nolint:wrapcheck // the caller does
			}
			each(address, func(f *roster.InviteFacts) { f.Lately = n })
			return nil
		},
	}
}

// owners finds whose domains are other tenants'.
func (r *reader) owners(domains map[string][]int, out []roster.InviteFacts) statement {
	d := r.db.dialect
	names := make([]string, 0, len(domains))
	for name := range domains {
		names = append(names, name)
	}
	return statement{
		sql:  `SELECT key, tenant_id FROM locator WHERE kind = 'domain' AND tenant_id <> $1 AND ` + d.amongTexts("key", "$2"),
		args: []any{r.me(), d.texts(names)},
		each: func(r row) error {
			var name string
			var id ident
			if err := r.Scan(&name, &id); err != nil {
				return err //nolint:wrapcheck // the caller does
			}
			for _, i := range domains[name] {
				out[i].Owner.UUID = tenant.UUID(id)
			}
			return nil
		},
	}
}

// known asks whether people are members elsewhere, one by one, as the wall between tenants wants it.
func (r *reader) known(ctx context.Context, list []string, each eachFunc) error {
	for _, address := range list {
		s := statement{sql: `SELECT rollcall_person_elsewhere($1)`, args: []any{address}}
		if r.db.dialect == sqlite {
			s.sql = `SELECT EXISTS (SELECT 1 FROM people p JOIN person_members pm ON pm.person_id = p.id
				WHERE p.email_fold = $1 AND pm.live AND pm.tenant_id <> $2)`
			s.args = append(s.args, r.me())
		}
		var yes bool
		s.each = func(r row) error { return r.Scan(&yes) }
		if err := r.run(ctx, "look for the person elsewhere", s); err != nil {
			return err
		}
		each(address, func(f *roster.InviteFacts) { f.Known = yes })
	}
	return nil
}
