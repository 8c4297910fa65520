package storage

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const sessionColumns = `s.id, s.member_id, s.method, s.connection_id, s.subject, s.idp_session, s.hash, s.role, s.auth_time, s.created_at,
	s.seen_at, s.expires_at, s.idle, s.ip, s.user_agent, s.ended_at, s.end_reason`

// sessionRow is a session as the tables hold it.
type sessionRow struct {
	id, member, connection     ident
	method, subject, idp, role string
	hash                       []byte
	auth, created, seen        instant
	expires, ended             instant
	idle                       int64
	ip, agent, reason          string
}

func (s *sessionRow) dest() []any {
	return []any{
		&s.id, &s.member, &s.method, &s.connection, &s.subject, &s.idp, &s.hash, &s.role, &s.auth, &s.created,
		&s.seen, &s.expires, &s.idle, &s.ip, &s.agent, &s.ended, &s.reason,
	}
}

func (s *sessionRow) session() roster.Session {
	out := roster.Session{
		Method: roster.Method(s.method), Subject: s.subject, IDPSession: s.idp, Role: s.role,
		AuthTime: s.auth.time(), CreatedAt: s.created.time(), SeenAt: s.seen.time(), ExpiresAt: s.expires.time(),
		Idle: time.Duration(s.idle) * time.Millisecond, Client: roster.Client{IP: s.ip, UserAgent: s.agent},
		EndedAt: s.ended.time(), EndReason: roster.EndReason(s.reason),
	}
	out.ID.UUID, out.Member.UUID, out.Connection.UUID = tenant.UUID(s.id), tenant.UUID(s.member), tenant.UUID(s.connection)
	copy(out.Hash[:], s.hash)
	return out
}

func scanSession(r row) (roster.Session, error) {
	var s sessionRow
	err := r.Scan(s.dest()...)
	return s.session(), err //nolint:wrapcheck // the caller does
}

// liveColumns are those of what a session rests on, in the order of liveRow.dest.
const liveColumns = tenantColumns + `, ` + sessionColumns + `, ` + memberColumns

// The session's member and tenant.
const joinLive = ` JOIN members m ON m.tenant_id = s.tenant_id AND m.id = s.member_id JOIN tenants t ON t.tenant_id = s.tenant_id`

type liveRow struct {
	tenant  tenantRow
	session sessionRow
	member  memberRow
}

func (l *liveRow) dest(withGroups bool) []any {
	return append(append(l.tenant.dest(), l.session.dest()...), l.member.dest(withGroups)...)
}

func (l *liveRow) live() (roster.LiveSession, error) {
	t, err := l.tenant.tenant()
	m, err2 := l.member.member()
	return roster.LiveSession{Tenant: t, Session: l.session.session(), Member: m}, errors.Join(err, err2)
}

func scanLive(r row) (roster.LiveSession, error) {
	var l liveRow
	if err := r.Scan(l.dest(false)...); err != nil {
		return roster.LiveSession{}, err //nolint:wrapcheck // the caller does
	}
	return l.live()
}

// liveByHash looks into two indexes, an arm each.
func liveByHash(d dialect) string {
	ids := `SELECT id FROM sessions WHERE tenant_id = $1 AND hash = $2
		UNION ALL SELECT id FROM sessions WHERE tenant_id = $1 AND former_hash = $2 AND former_until > $3`
	which := `IN (` + ids + `)`
	if d == postgres { // see matches
		which = `= ANY (ARRAY(` + ids + `))`
	}
	return `SELECT ` + liveColumns + ` FROM sessions s` + joinLive + ` WHERE s.tenant_id = $1 AND s.id ` + which
}

// LiveSession implements roster.SessionReader.
func (r *reader) LiveSession(ctx context.Context, hash [32]byte, now time.Time) (roster.LiveSession, error) {
	l, err := r.live(ctx, now, statement{sql: liveByHash(r.db.dialect), args: []any{r.me(), hash[:], instant(now)}, brief: true})
	l.Former = err == nil && l.Session.Hash != hash
	return l, err
}

const liveByID = `SELECT ` + liveColumns + ` FROM sessions s` + joinLive + ` WHERE s.tenant_id = $1 AND s.id = $2`

// LiveSessionByID implements roster.SessionReader.
func (r *reader) LiveSessionByID(ctx context.Context, id roster.SessionID, now time.Time) (roster.LiveSession, error) {
	return r.live(ctx, now, statement{sql: liveByID, args: []any{r.me(), ident(id.UUID)}, brief: true})
}

// live runs a statement that comes behind others, and answers with what it finds if that is live.
func (r *reader) live(ctx context.Context, now time.Time, s statement, ahead ...statement) (roster.LiveSession, error) {
	var found []roster.LiveSession
	s.each = rowsOf(&found, scanLive)
	err := r.run(ctx, "find live session", append(ahead, s)...)
	l, err := first(found, err, "session")
	if err == nil && !l.Live(now) {
		return roster.LiveSession{}, notFound("session")
	}
	return l, err
}

// Session implements roster.SessionReader.
func (r *reader) Session(ctx context.Context, id roster.SessionID) (roster.Session, error) {
	var found []roster.Session
	err := r.run(ctx, "find session", statement{
		sql:  `SELECT ` + sessionColumns + ` FROM sessions s WHERE s.tenant_id = $1 AND s.id = $2`,
		args: []any{r.me(), ident(id.UUID)}, each: rowsOf(&found, scanSession), brief: true,
	})
	return first(found, err, "session")
}

// Sessions implements roster.SessionReader.
func (r *reader) Sessions(ctx context.Context, q roster.SessionQuery) (roster.Page[roster.Session], error) {
	var page roster.Page[roster.Session]
	if q.Limit <= 0 {
		return page, nil
	}
	w := whereSession(r.db.dialect, r.me(), q.Filter)
	if !q.WithEnded {
		w.and(`s.ended_at IS NULL`)
	}
	if !q.Before.IsZero() {
		w.and(`s.id < ` + w.arg(ident(q.Before.UUID)))
	}
	limit := w.arg(q.Limit + 1)
	err := r.run(ctx, "list sessions", statement{
		sql:  `SELECT ` + sessionColumns + ` FROM sessions s WHERE ` + w.text + ` ORDER BY s.id DESC LIMIT ` + limit,
		args: w.args, each: rowsOf(&page.Items, scanSession),
	})
	if len(page.Items) > q.Limit {
		page.Items, page.More = page.Items[:q.Limit], true
	}
	return page, err
}
