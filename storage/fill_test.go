package storage

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// filled are the columns that differ between the members that Fill makes: all are made of a number n.
var filled = map[string]string{
	"id": "", "created_at": "", "changed_at": "", "person_id": "NULL",
	"login": "'User' || n || '.Name' || n || '@acme.example'", "login_fold": "'user' || n || '.name' || n || '@acme.example'",
	"external_id": "'00u' || n", "email": "'user' || n || '.name' || n || '@acme.example'",
	"label": "'User ' || n", "label_fold": "'user ' || n",
	"attributes": "replace(attributes, 'User 0', 'User ' || n)",
	"search":     "replace(search, 'user 0', 'user ' || n)",
}

// Fill gives a directory n members in all, like the one that it has. They are copied inside the
// database, which takes seconds where transactions of their own would take minutes.
func (db *DB) Fill(ctx context.Context, id tenant.ID, like roster.Member, n int) error {
	columns := strings.Split("tenant_id, directory_id, proven, addresses, aliases, directory_active, claims, reason, state, role, conflict, version", ", ")
	values := append([]string(nil), columns...)
	for c, v := range filled {
		switch {
		case c == "id" && db.dialect == postgres:
			v = "(left(id::text, 14) || lpad(to_hex(n / 65536 + 28672), 4, '0') || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
		case c == "id":
			v = "substr(id, 1, 14) || printf('%04x', n / 65536 + 28672) || '-8000-' || printf('%012x', n)"
		case v == "":
			v = c
		case c == "search" && db.dialect == postgres:
			v = "replace(search::text, 'user 0', 'user ' || n)::jsonb"
		case v == "NULL" && db.dialect == postgres:
			v = "NULL::uuid"
		}
		columns, values = append(columns, c), append(values, v)
	}
	series := "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < $3) SELECT n FROM s)"
	if db.dialect == postgres {
		series = "(SELECT n FROM generate_series(1, $3::int) AS s(n))"
	}
	copied := statement{
		sql: "INSERT INTO members (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(values, ", ") +
			" FROM members CROSS JOIN " + series + " AS s WHERE tenant_id = $1 AND id = $2",
		args: []any{ident(id.UUID), ident(like.ID.UUID), n - 1},
	}
	err := db.update(ctx, id, func(t *tx) error {
		return t.run(ctx, "fill", append([]statement{copied}, t.tally(like.Directory, n-1, 0)...)...)
	})
	if err != nil || db.dialect == sqlite {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, db.backend.(*pgBackend).migrant)
	if err != nil {
		return fmt.Errorf("connect as the owner: %w", err)
	}
	defer conn.Close(ctx)
	// As time and autovacuum do within a minute. Without the checkpoint VACUUM might take the rows for
	// not committed: test servers don't wait for the log.
	for _, sql := range []string{"CHECKPOINT", "VACUUM ANALYZE members"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// MemberIDs are the first ids of a tenant's members.
func (db *DB) MemberIDs(ctx context.Context, id tenant.ID, limit int) ([]roster.MemberID, error) {
	var ids []roster.MemberID
	r := reader{db: db, tenant: id, s: db.backend.reader(id)}
	err := r.run(ctx, "list ids", statement{
		sql: `SELECT id FROM members WHERE tenant_id = $1 ORDER BY id LIMIT $2`, args: []any{r.me(), limit}, each: collect(&ids),
	})
	return ids, err
}
