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
		sql: `SELECT i.email, sum(CASE WHEN i.created_at >= $3 THEN i.sends ELSE 1 END) FROM invites i
			WHERE i.tenant_id = $1 AND ` + d.amongTexts("i.email", "$2") + ` AND i.sent_at >= $3 GROUP BY i.email`,
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

// owners finds whose domains are other tenants'. Of several domains, one above the other, the most exact counts.
func (r *reader) owners(domains map[string][]int, out []roster.InviteFacts) statement {
	d, me := r.db.dialect, r.me()
	names := make([]string, 0, len(domains))
	for name := range domains {
		names = append(names, name)
	}
	exact := make([]int, len(out))
	return statement{
		sql:  `SELECT key, tenant_id FROM locator WHERE kind = 'domain' AND ` + d.amongTexts("key", "$1"),
		args: []any{d.texts(names)},
		each: func(r row) error {
			var name string
			var id ident
			if err := r.Scan(&name, &id); err != nil {
				return err //nolint:wrapcheck // the caller does
			}
			for _, i := range domains[name] {
				if len(name) <= exact[i] {
					continue
				}
				exact[i], out[i].Owner = len(name), tenant.ID{}
				if id != me {
					out[i].Owner.UUID = tenant.UUID(id)
				}
			}
			return nil
		},
	}
}

// known asks which people are members elsewhere.
func (r *reader) known(ctx context.Context, list []string, each eachFunc) error {
	s := statement{sql: `SELECT a FROM unnest($1::text[]) AS a WHERE rollcall_person_elsewhere(a)`, args: []any{r.db.dialect.texts(list)}}
	if r.db.dialect == sqlite {
		s.sql = `SELECT value FROM json_each($1) WHERE EXISTS (SELECT 1 FROM people p JOIN person_members pm ON pm.person_id = p.id
			WHERE p.email_fold = value AND pm.live AND pm.tenant_id <> $2)`
		s.args = append(s.args, r.me())
	}
	s.each = func(r row) error {
		var address string
		if err := r.Scan(&address); err != nil {
			return err //nolint:wrapcheck // the caller does
		}
		each(address, func(f *roster.InviteFacts) { f.Known = true })
		return nil
	}
	return r.run(ctx, "look for people elsewhere", s)
}
