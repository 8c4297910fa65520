package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Pulls implements roster.PullReader.
func (r *reader) Pulls(ctx context.Context) ([]roster.Pull, error) {
	var out []roster.Pull
	err := r.run(ctx, "list pulls", statement{
		sql: `SELECT directory_id, settings, sealed_key, next_at, lease_by, lease_until, state, version, created_at, changed_at
			FROM directory_pulls WHERE tenant_id = $1 ORDER BY directory_id`,
		args: []any{r.me()}, each: rowsOf(&out, scanPull),
	})
	return out, err
}

func scanPull(r row) (roster.Pull, error) {
	var p roster.Pull
	var directory, by ident
	var settings, state []byte
	var next, until, created, changed instant
	if err := r.Scan(&directory, &settings, &p.SealedKey, &next, &by, &until, &state, &p.Version, &created, &changed); err != nil {
		return p, err //nolint:wrapcheck // the caller does
	}
	p.Directory.UUID, p.NextAt, p.CreatedAt, p.ChangedAt = tenant.UUID(directory), next.time(), created.time(), changed.time()
	p.Lease = roster.PullLease{By: tenant.UUID(by), Until: until.time()}
	if err := errors.Join(json.Unmarshal(settings, &p.Settings), json.Unmarshal(state, &p.State)); err != nil {
		return p, fmt.Errorf("decode a pull: %w", err)
	}
	return p, nil
}

// PullMarks implements roster.PullReader.
func (r *reader) PullMarks(ctx context.Context, id tenant.DirectoryID) ([]roster.PullMark, error) {
	var out []roster.PullMark
	err := r.run(ctx, "list pull marks", statement{
		sql:  `SELECT kind, key, mark, version, code, detail, at FROM pull_marks WHERE tenant_id = $1 AND directory_id = $2 ORDER BY kind, key`,
		args: []any{r.me(), ident(id.UUID)}, each: rowsOf(&out, func(row row) (roster.PullMark, error) {
			var m roster.PullMark
			var kind, code string
			var at instant
			err := row.Scan(&kind, &m.Key, &m.Mark, &m.Version, &code, &m.Detail, &at)
			m.Kind, m.Code, m.At = roster.PullMarkKind(kind), roster.Code(code), at.time()
			return m, err
		}),
	})
	return out, err
}

// PutPull implements roster.PullTx. It writes at once, because the caller must know whether another
// one was first.
func (t *tx) PutPull(ctx context.Context, p roster.Pull) error {
	settings, err := json.Marshal(p.Settings)
	state, err2 := json.Marshal(p.State)
	if err := errors.Join(err, err2); err != nil {
		return fmt.Errorf("put pull: %w", err)
	}
	found := false
	var version int64
	sql := `INSERT INTO directory_pulls (tenant_id, directory_id, version, settings, sealed_key, next_at, lease_by, lease_until, state, changed_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING version`
	args := []any{
		t.me(), ident(p.Directory.UUID), p.Version, string(settings), p.SealedKey, instant(p.NextAt), ident(p.Lease.By), instant(p.Lease.Until),
		string(state), instant(p.ChangedAt),
	}
	if p.Version == 1 {
		args = append(args, instant(p.CreatedAt))
	} else {
		sql = `UPDATE directory_pulls SET version = $3, settings = $4, sealed_key = $5, next_at = $6, lease_by = $7, lease_until = $8, state = $9, changed_at = $10
			WHERE tenant_id = $1 AND directory_id = $2 AND version = $3 - 1 RETURNING version`
	}
	if err := t.run(ctx, "put pull", statement{sql: sql, args: args, each: one(&found, &version)}); err != nil {
		return err
	}
	if !found {
		return &roster.Error{Kind: roster.Stale, Detail: "The pull of the directory was changed by somebody else meanwhile. Read it again and repeat the change."}
	}
	return nil
}

// DeletePull implements roster.PullTx.
func (t *tx) DeletePull(ctx context.Context, id tenant.DirectoryID) error {
	args := []any{t.me(), ident(id.UUID)}
	return t.later(ctx, "delete pull",
		statement{sql: `DELETE FROM pull_marks WHERE tenant_id = $1 AND directory_id = $2`, args: args},
		statement{sql: `DELETE FROM directory_pulls WHERE tenant_id = $1 AND directory_id = $2`, args: args})
}

// PutPullMark implements roster.PullTx.
func (t *tx) PutPullMark(ctx context.Context, id tenant.DirectoryID, m roster.PullMark) error {
	return t.later(ctx, "put pull mark", statement{
		sql: `INSERT INTO pull_marks (tenant_id, directory_id, kind, key, mark, version, code, detail, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (tenant_id, directory_id, kind, key) DO UPDATE SET mark = excluded.mark, version = excluded.version,
			  code = excluded.code, detail = excluded.detail, at = excluded.at`,
		args: []any{t.me(), ident(id.UUID), string(m.Kind), m.Key, m.Mark, m.Version, string(m.Code), m.Detail, instant(m.At)},
	})
}

// DeletePullMark implements roster.PullTx.
func (t *tx) DeletePullMark(ctx context.Context, id tenant.DirectoryID, kind roster.PullMarkKind, key string) error {
	return t.later(ctx, "delete pull mark", statement{
		sql:  `DELETE FROM pull_marks WHERE tenant_id = $1 AND directory_id = $2 AND kind = $3 AND key = $4`,
		args: []any{t.me(), ident(id.UUID), string(kind), key},
	})
}

// DuePulls implements roster.PullLocator.
func (db *DB) DuePulls(ctx context.Context, at time.Time) ([]tenant.ID, error) {
	var found []tenant.ID
	err := db.backend.tenants(ctx, slugs{}, statement{
		sql: `SELECT t.tenant_id FROM tenants t
			WHERE EXISTS (SELECT 1 FROM directory_pulls p WHERE p.tenant_id = t.tenant_id AND p.next_at <= $1) ORDER BY t.slug`,
		args: []any{instant(at)},
		each: rowsOf(&found, func(r row) (tenant.ID, error) {
			var id ident
			err := r.Scan(&id)
			return tenant.ID{UUID: tenant.UUID(id)}, err
		}),
	})
	if err != nil {
		return nil, fmt.Errorf("list tenants with pulls that are due: %w", explain(err))
	}
	return found, nil
}
