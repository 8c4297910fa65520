package storage

import (
	"context"

	"rollcall/internal/roster"
)

// Password implements roster.PasswordReader.
func (r *reader) Password(ctx context.Context, id roster.MemberID) (roster.Password, error) {
	var out []roster.Password
	err := r.run(ctx, "find password", statement{
		sql: `SELECT hash, set_at FROM passwords WHERE tenant_id = $1 AND member_id = $2`, args: []any{r.me(), ident(id.UUID)},
		each: rowsOf(&out, func(r row) (roster.Password, error) {
			p := roster.Password{Member: id}
			var set instant
			err := r.Scan(&p.Hash, &set)
			p.SetAt = set.time()
			return p, err
		}),
	})
	return first(out, err, "password")
}

// PutPassword implements roster.PasswordTx.
func (t *tx) PutPassword(ctx context.Context, p roster.Password) error {
	return t.later(ctx, "put password", statement{
		sql: `INSERT INTO passwords (tenant_id, member_id, hash, set_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id, member_id) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at`,
		args: []any{t.me(), ident(p.Member.UUID), p.Hash, instant(p.SetAt)},
	})
}

// DropPassword implements roster.PasswordTx.
func (t *tx) DropPassword(ctx context.Context, id roster.MemberID) error {
	return t.later(ctx, "drop password", statement{
		sql: `DELETE FROM passwords WHERE tenant_id = $1 AND member_id = $2`, args: []any{t.me(), ident(id.UUID)},
	})
}
