package storage

import (
	"context"
	"fmt"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const grantColumns = `g.id, g.session_id, g.member_id, g.app_id, g.scopes, g.nonce, g.redirect_uri, g.challenge, g.code_hash,
	g.code_expires_at, g.code_used_at, g.created_at, g.ended_at, g.end_reason`

// grantRow is an app's grant as the tables hold it.
type grantRow struct {
	id, session, member, app    ident
	scopes                      []byte
	nonce, redirect, challenge  string
	code                        []byte
	expires, used, created, end instant
	reason                      string
}

func (g *grantRow) dest() []any {
	return []any{
		&g.id, &g.session, &g.member, &g.app, &g.scopes, &g.nonce, &g.redirect, &g.challenge, &g.code, &g.expires, &g.used, &g.created,
		&g.end, &g.reason,
	}
}

func (g *grantRow) grant() (roster.AppGrant, error) {
	out := roster.AppGrant{
		Nonce: g.nonce, RedirectURI: g.redirect, Challenge: g.challenge, CodeExpires: g.expires.time(), CodeUsedAt: g.used.time(),
		CreatedAt: g.created.time(), EndedAt: g.end.time(), EndReason: roster.EndReason(g.reason),
	}
	out.ID.UUID, out.Session.UUID = tenant.UUID(g.id), tenant.UUID(g.session)
	out.Member.UUID, out.App.UUID = tenant.UUID(g.member), tenant.UUID(g.app)
	copy(out.CodeHash[:], g.code)
	return out, undocument(g.scopes, &out.Scopes)
}

func scanGrantOfApp(r row) (roster.AppGrant, error) {
	var g grantRow
	if err := r.Scan(g.dest()...); err != nil {
		return roster.AppGrant{}, err //nolint:wrapcheck // the caller does
	}
	return g.grant()
}

const refreshColumns = `r.hash, r.grant_id, r.issued_at, r.expires_at, r.used_at, r.successor`

// refreshRow is a refresh token as the tables hold it.
type refreshRow struct {
	hash, successor       []byte
	grant                 ident
	issued, expires, used instant
}

func (r *refreshRow) dest() []any {
	return []any{&r.hash, &r.grant, &r.issued, &r.expires, &r.used, &r.successor}
}

func (r *refreshRow) token() roster.RefreshToken {
	out := roster.RefreshToken{IssuedAt: r.issued.time(), ExpiresAt: r.expires.time(), UsedAt: r.used.time()}
	out.Grant.UUID = tenant.UUID(r.grant)
	copy(out.Hash[:], r.hash)
	copy(out.Successor[:], r.successor)
	return out
}

// byKey is how a grant is found: the condition on its row g, the argument, and whether the refresh token is
// joined.
func byKey(k roster.GrantKey) (condition string, argument any, refresh bool) {
	switch {
	case k.Refresh != [32]byte{}:
		return `g.id = (SELECT grant_id FROM refresh_tokens WHERE tenant_id = $1 AND hash = $2)`, k.Refresh[:], true
	case k.Code != [32]byte{}:
		return `g.code_hash = $2`, k.Code[:], false
	}
	return `g.id = $2`, ident(k.ID.UUID), false
}

// selectGrant reads a grant with all that it rests on.
func (r *reader) selectGrant(k roster.GrantKey, found *[]roster.LiveGrant) statement {
	which, argument, refresh := byKey(k)
	columns, join := liveColumns+`, `+groupsOf(r.db.dialect, roster.Scope{})+`, `+grantColumns, ``
	if refresh {
		columns += `, ` + refreshColumns
		join = ` JOIN refresh_tokens r ON r.tenant_id = g.tenant_id AND r.hash = $2`
	}
	return statement{
		sql: `SELECT ` + columns + ` FROM app_grants g JOIN sessions s ON s.tenant_id = g.tenant_id AND s.id = g.session_id` +
			joinLive + join + ` WHERE g.tenant_id = $1 AND ` + which,
		args: []any{r.me(), argument},
		each: rowsOf(found, func(r row) (roster.LiveGrant, error) { return scanLiveGrant(r, refresh) }),
	}
}

func scanLiveGrant(r row, refresh bool) (roster.LiveGrant, error) {
	var l liveRow
	var g grantRow
	var t refreshRow
	var out roster.LiveGrant
	dest := append(l.dest(true), g.dest()...)
	if refresh {
		dest = append(dest, t.dest()...)
	}
	err := r.Scan(dest...)
	if err != nil {
		return out, err //nolint:wrapcheck // the caller does
	}
	if out.LiveSession, err = l.live(); err != nil {
		return out, err
	}
	if refresh {
		out.Refresh = t.token()
	}
	out.Grant, err = g.grant()
	return out, err
}

// LiveGrant implements roster.SessionReader.
func (r *reader) LiveGrant(ctx context.Context, key roster.GrantKey, now time.Time) (roster.LiveGrant, error) {
	var found []roster.LiveGrant
	s := r.selectGrant(key, &found)
	s.brief = true
	err := r.run(ctx, "find live grant", s)
	g, err := first(found, err, "grant")
	if err == nil && !g.Live(now) {
		return roster.LiveGrant{}, notFound("grant")
	}
	return g, err
}

// Grants implements roster.SessionReader.
func (r *reader) Grants(ctx context.Context, id roster.SessionID) ([]roster.AppGrant, error) {
	var found []roster.AppGrant
	err := r.run(ctx, "list grants", statement{
		sql:  `SELECT ` + grantColumns + ` FROM app_grants g WHERE g.tenant_id = $1 AND g.session_id = $2 ORDER BY g.id`,
		args: []any{r.me(), ident(id.UUID)}, each: rowsOf(&found, scanGrantOfApp),
	})
	return found, err
}

// LockGrant implements roster.SessionTx. Locks are taken in the order of those who end things: the
// member, the session, the grant.
func (t *tx) LockGrant(ctx context.Context, key roster.GrantKey) (roster.LiveGrant, error) {
	d := t.db.dialect
	which, argument, _ := byKey(key)
	var list []statement
	if d == postgres {
		list = append(t.lockSession(`(SELECT g.session_id FROM app_grants g WHERE g.tenant_id = $1 AND `+which+`)`, argument), statement{
			sql:  `SELECT g.id FROM app_grants g WHERE g.tenant_id = $1 AND ` + which + d.forUpdate("g"),
			args: []any{t.me(), argument},
		})
	}
	var found []roster.LiveGrant
	err := t.run(ctx, "lock grant", append(list, t.selectGrant(key, &found))...)
	return first(found, err, "grant")
}

// InsertAppGrant implements roster.SessionTx.
func (t *tx) InsertAppGrant(ctx context.Context, g roster.AppGrant) error {
	scopes, err := document(g.Scopes)
	if err != nil {
		return fmt.Errorf("insert grant: %w", err)
	}
	return t.later(ctx, "insert grant", statement{
		sql: `INSERT INTO app_grants (tenant_id, id, session_id, member_id, app_id, scopes, nonce, redirect_uri, challenge, code_hash,
				code_expires_at, code_used_at, created_at, ended_at, end_reason)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		args: []any{
			t.me(), ident(g.ID.UUID), ident(g.Session.UUID), ident(g.Member.UUID), ident(g.App.UUID), scopes, g.Nonce, g.RedirectURI,
			g.Challenge, g.CodeHash[:], instant(g.CodeExpires), instant(g.CodeUsedAt), instant(g.CreatedAt), instant(g.EndedAt),
			string(g.EndReason),
		},
		taken: &taken{field: takenToken},
	})
}

// UseCode implements roster.SessionTx.
func (t *tx) UseCode(ctx context.Context, id roster.GrantID, at time.Time) error {
	return t.later(ctx, "use code", statement{
		sql:  `UPDATE app_grants SET code_used_at = $3 WHERE tenant_id = $1 AND id = $2`,
		args: []any{t.me(), ident(id.UUID), instant(at)},
	})
}

// InsertRefreshToken implements roster.SessionTx.
func (t *tx) InsertRefreshToken(ctx context.Context, r roster.RefreshToken) error {
	return t.later(ctx, "insert refresh token", statement{
		sql:   `INSERT INTO refresh_tokens (tenant_id, hash, grant_id, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		args:  []any{t.me(), r.Hash[:], ident(r.Grant.UUID), instant(r.IssuedAt), instant(r.ExpiresAt)},
		taken: &taken{field: takenToken, key: true},
	})
}

// UseRefreshToken implements roster.SessionTx.
func (t *tx) UseRefreshToken(ctx context.Context, hash, successor [32]byte, at time.Time) error {
	return t.later(ctx, "use refresh token", statement{
		sql:  `UPDATE refresh_tokens SET used_at = $3, successor = $4 WHERE tenant_id = $1 AND hash = $2`,
		args: []any{t.me(), hash[:], instant(at), successor[:]},
	})
}

// EndGrants implements roster.SessionTx.
func (t *tx) EndGrants(ctx context.Context, f roster.GrantFilter, e roster.SessionEnd) error {
	if f == (roster.GrantFilter{}) {
		return &roster.Error{Kind: roster.Invalid, Field: "filter", Detail: "Say which grants end."}
	}
	w := &selection{args: []any{t.me(), instant(t.now), string(e.Reason), string(e.Actor.Source), e.Actor.ID, e.RequestID}}
	w.and(`g.tenant_id = $1 AND g.ended_at IS NULL`)
	for _, c := range []struct {
		column string
		id     tenant.UUID
	}{{"g.id", f.Grant.UUID}, {"g.session_id", f.Session.UUID}, {"g.app_id", f.App.UUID}} {
		if !c.id.IsZero() {
			w.and(c.column + ` = ` + w.arg(ident(c.id)))
		}
	}
	count := func(r row) error {
		n := 0
		err := r.Scan(&n)
		if e.Ended != nil {
			*e.Ended += n
		}
		return err
	}
	const tell = `INSERT INTO events (tenant_id, at, kind, member_id, actor_source, actor_id, version, request_id, data)
		SELECT $1, $2, 'grant.ended', g.member_id, $4, $5, 0, $6, `
	const set = ` SET ended_at = $2, end_reason = $3 WHERE `
	if t.db.dialect == postgres {
		return t.later(ctx, "end grants", statement{
			sql: `WITH g AS (UPDATE app_grants g` + set + w.text + ` RETURNING g.id, g.session_id, g.member_id, g.app_id, g.code_used_at),
				feed AS (` + feedApps + `$2::timestamptz, g.id, 'grant' FROM g WHERE g.code_used_at IS NOT NULL ON CONFLICT DO NOTHING),
				told AS (` + tell + `json_build_object('session', g.session_id, 'grant', g.id, 'app', g.app_id, 'reason', $3::text)::text FROM g)
				SELECT count(*) FROM g`,
			args: w.args, each: count, apart: true,
		})
	}
	return t.later(ctx, "end grants",
		statement{
			sql:  tell + `json_object('session', g.session_id, 'grant', g.id, 'app', g.app_id, 'reason', $3) FROM app_grants g WHERE ` + w.text,
			args: w.args,
		},
		statement{
			sql:  feedApps + `$2, g.id, 'grant' FROM app_grants g WHERE g.code_used_at IS NOT NULL AND ` + w.text + ` ON CONFLICT DO NOTHING`,
			args: w.args,
		},
		statement{sql: `UPDATE app_grants AS g` + set + w.text + ` RETURNING 1`, args: w.args, each: count})
}
