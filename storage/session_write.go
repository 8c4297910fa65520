package storage

import (
	"context"
	"fmt"
	"time"

	"rollcall/internal/roster"
)

// InsertSession implements roster.SessionTx. Nothing else says that the member still has access when
// it is written, so that the member is locked, and a draft no longer one.
func (t *tx) InsertSession(ctx context.Context, s roster.Session) error {
	if d := t.w.draft(); d != nil {
		d.become()
	}
	if _, locked := t.members[s.Member]; !locked {
		if _, err := t.LockMember(ctx, roster.Scope{}, s.Member); err != nil {
			return err
		}
	}
	return t.later(ctx, "insert session", statement{
		sql: `INSERT INTO sessions (tenant_id, id, member_id, method, connection_id, subject, idp_session, hash, role, auth_time, created_at,
				seen_at, expires_at, idle, ip, user_agent, ended_at, end_reason)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		args: []any{
			t.me(), ident(s.ID.UUID), ident(s.Member.UUID), string(s.Method), ident(s.Connection.UUID), s.Subject, s.IDPSession, s.Hash[:],
			s.Role, instant(s.AuthTime), instant(s.CreatedAt), instant(s.SeenAt), instant(s.ExpiresAt), s.Idle.Milliseconds(),
			s.Client.IP, s.Client.UserAgent, instant(s.EndedAt), string(s.EndReason),
		},
		taken: &taken{field: takenToken},
	}, statement{sql: seenMember, args: []any{t.me(), ident(s.Member.UUID), instant(s.SeenAt)}})
}

// seenMember and seenInSession note when a member was there last. Sessions are forgotten in the end, this is not.
const (
	seenMember = `INSERT INTO member_activity (tenant_id, member_id, seen_at) VALUES ($1, $2, $3)` + seenLater
	seenLater  = ` ON CONFLICT (tenant_id, member_id) DO UPDATE SET seen_at = excluded.seen_at
		WHERE member_activity.seen_at < excluded.seen_at`
	seenInSession = `INSERT INTO member_activity (tenant_id, member_id, seen_at)
		SELECT s.tenant_id, s.member_id, s.seen_at FROM sessions s WHERE s.tenant_id = $1 AND s.id = $2` + seenLater
)

// TouchSession implements roster.SessionTx.
func (t *tx) TouchSession(ctx context.Context, id roster.SessionID, at time.Time) error {
	return t.later(ctx, "touch session", statement{
		sql:  `UPDATE sessions SET seen_at = $3 WHERE tenant_id = $1 AND id = $2 AND seen_at <= $4 AND ended_at IS NULL`,
		args: []any{t.me(), ident(id.UUID), instant(at), instant(at.Add(-roster.SeenEvery))},
	}, statement{sql: seenInSession, args: []any{t.me(), ident(id.UUID)}})
}

// RotateSession implements roster.SessionTx.
func (t *tx) RotateSession(ctx context.Context, id roster.SessionID, from, to [32]byte, role string) (bool, error) {
	done := false
	err := t.run(ctx, "rotate session", statement{
		sql: `UPDATE sessions SET hash = $4, former_hash = hash, former_until = $5, role = $6
			WHERE tenant_id = $1 AND id = $2 AND hash = $3 AND ended_at IS NULL RETURNING id`,
		args:  []any{t.me(), ident(id.UUID), from[:], to[:], instant(t.now.Add(roster.RotationGrace)), role},
		each:  one(&done, new(ident)),
		taken: &taken{field: takenToken},
	})
	return done, err
}

// LockSession implements roster.SessionTx. The member is locked first, as by whoever takes its access
// away, and what is read is read when both are.
func (t *tx) LockSession(ctx context.Context, id roster.SessionID) (roster.LiveSession, error) {
	return t.live(ctx, t.now, statement{sql: liveByID, args: []any{t.me(), ident(id.UUID)}}, t.lockSession(`$2`, ident(id.UUID))...)
}

// lockSession locks the member of the session that a query for its id finds, then the session itself. The
// member's lock is not shared: PostgreSQL lets those who share pass whoever waits to change the row, and
// somebody who refreshes without end could keep a deactivation waiting as long as they like.
func (t *tx) lockSession(query string, argument any) []statement {
	d := t.db.dialect
	if d == sqlite {
		return nil
	}
	args := []any{t.me(), argument}
	return []statement{
		{
			sql: `SELECT m.id FROM members m WHERE m.tenant_id = $1 AND m.id =
				(SELECT s.member_id FROM sessions s WHERE s.tenant_id = $1 AND s.id = ` + query + `)` + d.forUpdate("m"),
			args: args,
		},
		{sql: `SELECT s.id FROM sessions s WHERE s.tenant_id = $1 AND s.id = ` + query + d.forUpdate("s"), args: args},
	}
}

// EndSessions implements roster.SessionTx. What the sessions rest on is written, and locked, ahead of it
// in the same trip, so that it sees the sessions that began until then.
func (t *tx) EndSessions(ctx context.Context, f roster.SessionFilter, e roster.SessionEnd) error {
	if f.IsZero() {
		return &roster.Error{Kind: roster.Invalid, Field: "filter", Detail: "Say which sessions end."}
	}
	w := whereSession(t.db.dialect, t.me(), f, instant(t.now), string(e.Reason), string(e.Actor.Source), e.Actor.ID, e.RequestID)
	w.and(`s.ended_at IS NULL`)
	count := func(r row) error {
		n := 0
		err := r.Scan(&n)
		if e.Ended != nil {
			*e.Ended += n
		}
		return err
	}
	if t.db.dialect == postgres {
		return t.later(ctx, "end sessions", statement{sql: endSessions(w.text), args: w.args, each: count, apart: true})
	}
	return t.later(ctx, "end sessions", endSessionsLite(w, count)...)
}

const (
	tellOfSession = `INSERT INTO events (tenant_id, at, kind, member_id, actor_source, actor_id, version, request_id, data)
		SELECT $1, $2, 'session.ended', s.member_id, $4, $5, 0, $6, `
	feedApps   = `INSERT INTO revocations (app_id, at, id, kind) SELECT DISTINCT g.app_id, `
	noticeApps = `INSERT INTO logout_notices (tenant_id, session_id, app_id, member_id, queued_at, due_at, attempts)
		SELECT DISTINCT g.tenant_id, g.session_id, g.app_id, g.member_id, `
)

// endSessions is one statement: what it costs is felt by every deactivation. The grants are left as they
// are: none is good in a session that has ended.
func endSessions(which string) string {
	return `WITH s AS (UPDATE sessions s SET ended_at = $2, end_reason = $3 WHERE ` + which + ` RETURNING s.id, s.member_id),
	notices AS (` + noticeApps + `$2::timestamptz, $2::timestamptz, 0 FROM s JOIN app_grants g ON g.tenant_id = $1 AND g.session_id = s.id
	  WHERE g.code_used_at IS NOT NULL ON CONFLICT DO NOTHING),
	feed AS (` + feedApps + `$2::timestamptz, s.id, 'session' FROM s JOIN app_grants g ON g.tenant_id = $1 AND g.session_id = s.id
	  WHERE g.code_used_at IS NOT NULL ON CONFLICT DO NOTHING),
	told AS (` + tellOfSession + `json_build_object('session', s.id, 'reason', $3::text)::text FROM s)
	SELECT count(*) FROM s`
}

func endSessionsLite(w *selection, count func(row) error) []statement {
	which := w.text
	mine := `(SELECT s.id FROM sessions s WHERE ` + which + `)`
	return []statement{
		{
			sql:  tellOfSession + `json_object('session', s.id, 'reason', $3) FROM sessions s WHERE ` + which,
			args: w.args,
		},
		{
			sql: noticeApps + `$2, $2, 0 FROM app_grants g WHERE g.tenant_id = $1 AND g.code_used_at IS NOT NULL AND g.session_id IN ` + mine +
				` ON CONFLICT DO NOTHING`,
			args: w.args,
		},
		{
			sql: feedApps + `$2, g.session_id, 'session' FROM app_grants g WHERE g.tenant_id = $1 AND g.code_used_at IS NOT NULL AND g.session_id IN ` + mine +
				` ON CONFLICT DO NOTHING`,
			args: w.args,
		},
		{
			sql: `UPDATE sessions AS s SET ended_at = $2, end_reason = $3 WHERE ` + which + ` RETURNING 1`, args: w.args, each: count,
		},
	}
}

// DropSessions implements roster.SessionTx.
func (t *tx) DropSessions(ctx context.Context, before, grants time.Time, limit int) (int, error) {
	n := 0
	old := `(SELECT s.id FROM sessions s WHERE s.tenant_id = $1 AND s.ended_at <= $2)`
	args := []any{t.me(), instant(grants)}
	err := t.run(ctx, "drop sessions",
		statement{
			sql: `DELETE FROM refresh_tokens WHERE tenant_id = $1 AND grant_id IN
				(SELECT g.id FROM app_grants g WHERE g.tenant_id = $1 AND g.session_id IN ` + old + `)`,
			args: args,
		},
		statement{sql: `DELETE FROM app_grants WHERE tenant_id = $1 AND session_id IN ` + old, args: args},
		statement{
			sql: `DELETE FROM sessions WHERE tenant_id = $1 AND id IN
				(SELECT s.id FROM sessions s WHERE s.tenant_id = $1 AND s.ended_at <= $2 ORDER BY s.ended_at, s.id LIMIT $3) RETURNING id`,
			args: []any{t.me(), instant(before), limit},
			each: func(r row) error {
				n++
				return r.Scan(new(ident))
			},
		})
	if err != nil {
		return 0, fmt.Errorf("drop sessions: %w", err)
	}
	return n, nil
}
