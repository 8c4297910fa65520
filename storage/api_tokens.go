package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const apiTokenColumns = `a.id, a.member_id, a.label, a.scopes, a.hash, a.hint, a.created_at, a.expires_at, a.used_at, a.ended_at, a.end_reason`

// apiTokenRow is a token as the tables hold it.
type apiTokenRow struct {
	id, member          ident
	label, hint, reason string
	scopes, hash        []byte
	created, expires    instant
	used, ended         instant
}

func (a *apiTokenRow) dest() []any {
	return []any{&a.id, &a.member, &a.label, &a.scopes, &a.hash, &a.hint, &a.created, &a.expires, &a.used, &a.ended, &a.reason}
}

func (a *apiTokenRow) token() (roster.APIToken, error) {
	t := roster.APIToken{
		Label: a.label, Hint: a.hint, CreatedAt: a.created.time(), ExpiresAt: a.expires.time(), UsedAt: a.used.time(),
		EndedAt: a.ended.time(), EndReason: roster.EndReason(a.reason),
	}
	t.ID.UUID, t.Member.UUID = tenant.UUID(a.id), tenant.UUID(a.member)
	copy(t.Hash[:], a.hash)
	return t, undocument(a.scopes, &t.Scopes)
}

func scanAPIToken(r row) (roster.APIToken, error) {
	var a apiTokenRow
	if err := r.Scan(a.dest()...); err != nil {
		return roster.APIToken{}, err //nolint:wrapcheck // the caller does
	}
	return a.token()
}

const liveAPIToken = `SELECT ` + tenantColumns + `, ` + apiTokenColumns + `, ` + memberColumns + ` FROM api_tokens a
	JOIN members m ON m.tenant_id = a.tenant_id AND m.id = a.member_id JOIN tenants t ON t.tenant_id = a.tenant_id
	WHERE a.tenant_id = $1 AND a.hash = $2`

// LiveAPIToken implements roster.APITokenReader.
func (r *reader) LiveAPIToken(ctx context.Context, hash [32]byte, now time.Time) (roster.LiveAPIToken, error) {
	var found []roster.LiveAPIToken
	err := r.run(ctx, "find live api token", statement{
		sql: liveAPIToken, args: []any{r.me(), hash[:]}, brief: true,
		each: rowsOf(&found, func(r row) (roster.LiveAPIToken, error) {
			var t tenantRow
			var a apiTokenRow
			var m memberRow
			if err := r.Scan(append(append(t.dest(), a.dest()...), m.dest(false)...)...); err != nil {
				return roster.LiveAPIToken{}, err //nolint:wrapcheck // the caller does
			}
			var l roster.LiveAPIToken
			var err, err2, err3 error
			l.Tenant, err = t.tenant()
			l.Token, err2 = a.token()
			l.Member, err3 = m.member()
			return l, errors.Join(err, err2, err3)
		}),
	})
	l, err := first(found, err, "token")
	if err == nil && !l.Live(now) {
		return roster.LiveAPIToken{}, notFound("token")
	}
	return l, err
}

// APITokens implements roster.APITokenReader.
func (r *reader) APITokens(ctx context.Context, member roster.MemberID, limit int) ([]roster.APIToken, error) {
	s := narrowed(`SELECT `+apiTokenColumns+` FROM api_tokens a WHERE a.tenant_id = $1`, r.me())
	if !member.IsZero() {
		s.and("a.member_id = ?", ident(member.UUID))
	}
	s.sql += ` ORDER BY a.id DESC LIMIT ` + s.argument(limited(limit))
	var found []roster.APIToken
	err := r.run(ctx, "list api tokens", statement{sql: s.sql, args: s.args, each: rowsOf(&found, scanAPIToken)})
	return found, err
}

// InsertAPIToken implements roster.APITokenTx. As for a session, the member is locked, so that whoever makes the person
// no admin any more ends this one, too.
func (t *tx) InsertAPIToken(ctx context.Context, a roster.APIToken) error {
	if d := t.w.draft(); d != nil {
		d.become()
	}
	if _, locked := t.members[a.Member]; !locked {
		if _, err := t.LockMember(ctx, roster.Scope{}, a.Member); err != nil {
			return err
		}
	}
	scopes, err := document(a.Scopes)
	if err := errors.Join(err, storableText("label", a.Label)); err != nil {
		return fmt.Errorf("insert api token: %w", err)
	}
	return t.later(ctx, "insert api token", statement{
		sql: `INSERT INTO api_tokens (tenant_id, id, member_id, label, scopes, hash, hint, created_at, expires_at, used_at, ended_at, end_reason)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		args: []any{
			t.me(), ident(a.ID.UUID), ident(a.Member.UUID), a.Label, scopes, a.Hash[:], a.Hint, instant(a.CreatedAt), instant(a.ExpiresAt),
			instant(a.UsedAt), instant(a.EndedAt), string(a.EndReason),
		},
		taken: &taken{field: takenToken},
	})
}

// EndAPITokens implements roster.APITokenTx.
func (t *tx) EndAPITokens(ctx context.Context, f roster.APITokenFilter, reason roster.EndReason) error {
	which, id := "member_id", f.Member.UUID
	if !f.Token.IsZero() {
		which, id = "id", f.Token.UUID
	}
	if id.IsZero() {
		return nil
	}
	return t.later(ctx, "end api tokens", statement{
		sql:  `UPDATE api_tokens SET ended_at = $3, end_reason = $4 WHERE tenant_id = $1 AND ` + which + ` = $2 AND ended_at IS NULL`,
		args: []any{t.me(), ident(id), instant(t.now), string(reason)},
	})
}

// TouchAPIToken implements roster.APITokenTx.
func (t *tx) TouchAPIToken(ctx context.Context, id roster.APITokenID, at time.Time) error {
	return t.later(ctx, "touch api token", statement{
		sql:  `UPDATE api_tokens SET used_at = $3 WHERE tenant_id = $1 AND id = $2 AND (used_at IS NULL OR used_at <= $4) AND ended_at IS NULL`,
		args: []any{t.me(), ident(id.UUID), instant(at), instant(at.Add(-roster.SeenEvery))},
	})
}
