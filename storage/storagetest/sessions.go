package storagetest

import (
	"context"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testSessions(t *testing.T, open opener) {
	check(t, open, []claim{
		{"a live session shows whose it is", sessionLive},
		{"X2 a session is dead as soon as anything that it rests on is", sessionDead},
		{"ended sessions do not come back with the member", sessionNotBack},
		{"a filter means what all its parts say", sessionFilters},
		{"sessions are listed newest first", sessionPages},
		{"X1 a session's token changes once and its former one lasts a little", sessionRotates},
		{"the last use is kept to the minute", sessionTouched},
		{"a token opens one session", sessionTaken},
		{"a grant is found by id, code and refresh token", grantKeys},
		{"a grant ends alone or with its session", grantEnds},
		{"notices go out to each app once", logoutNotices},
		{"old sessions are found and dropped", sessionsDropped},
	})
}

func sessionLive(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ann")
	h.addGroup("Team", m)
	s := h.addSession(m, 1)
	now := h.now()
	got, err := h.reader().LiveSession(t.Context(), s.Hash, now)
	want := roster.LiveSession{Tenant: h.tenant, Session: s, Member: m}
	wantSame(t, "LiveSession", []any{want, error(nil)}, []any{got, err})
	got, err = h.reader().LiveSessionByID(t.Context(), s.ID, now)
	wantSame(t, "LiveSessionByID", []any{want, error(nil)}, []any{got, err})
	h.update(func(ctx context.Context, tx roster.Tx) error {
		got, err := tx.LockSession(ctx, s.ID)
		wantSame(t, "LockSession", []any{want, error(nil)}, []any{got, err})
		return nil
	})
	one, err := h.reader().Session(t.Context(), s.ID)
	wantSame(t, "Session", []any{s, error(nil)}, []any{one, err})
	for _, hash := range [][32]byte{{}, {2}} {
		_, err := h.reader().LiveSession(t.Context(), hash, now)
		wantKind(t, "LiveSession of another token", roster.NotFound, err)
	}
	_, err = h.reader().Session(t.Context(), roster.NewSessionID(now))
	wantKind(t, "Session that is not there", roster.NotFound, err)
}

func sessionDead(t *testing.T, b Backend) {
	off := func(m roster.Member) roster.Member {
		m.Standing = roster.Standing{State: roster.StateInactive, Reason: roster.CodeDeactivatedByDirectory, Role: "user"}
		return m
	}
	gone := func(m roster.Member) roster.Member {
		m = off(m)
		m.RemovedAt = epoch()
		return m
	}
	change := func(f func(roster.Member) roster.Member) func(context.Context, roster.Tx, *house, roster.Member, roster.Session) error {
		return func(ctx context.Context, tx roster.Tx, _ *house, m roster.Member, _ roster.Session) error {
			after := f(m)
			after.Version++
			return tx.UpdateMember(ctx, m, after)
		}
	}
	for i, c := range []struct {
		name string
		do   func(context.Context, roster.Tx, *house, roster.Member, roster.Session) error
		at   time.Duration
	}{
		{"member off", change(off), 0},
		{"member removed", change(gone), 0},
		{"tenant suspended", func(ctx context.Context, tx roster.Tx, h *house, _ roster.Member, _ roster.Session) error {
			ten := h.tenant
			ten.Status = tenant.Suspended
			return tx.PutTenant(ctx, ten)
		}, 0},
		{"tenant's policy shorter", func(ctx context.Context, tx roster.Tx, h *house, _ roster.Member, _ roster.Session) error {
			ten := h.tenant
			ten.Policy.Sessions = tenant.SessionPolicy{Idle: 5 * time.Minute}
			return tx.PutTenant(ctx, ten)
		}, 6 * time.Minute},
		{"session ended", func(ctx context.Context, tx roster.Tx, _ *house, _ roster.Member, s roster.Session) error {
			return tx.EndSessions(ctx, roster.SessionFilter{Session: s.ID}, roster.SessionEnd{Reason: roster.EndRevoked})
		}, 0},
		{"rested too long", nil, 30 * time.Minute},
		{"life over", func(ctx context.Context, tx roster.Tx, _ *house, _ roster.Member, s roster.Session) error {
			return tx.TouchSession(ctx, s.ID, s.CreatedAt.Add(45*time.Minute))
		}, time.Hour},
	} {
		h := newHouse(t, b, "acme"+string(rune('a'+i)))
		m := h.addMember("ann")
		s := h.addSession(m, 1)
		g := h.addGrant(s, 1)
		if c.do != nil {
			h.update(func(ctx context.Context, tx roster.Tx) error { return c.do(ctx, tx, h, m, s) })
		}
		now := s.CreatedAt.Add(c.at)
		r := h.reader()
		_, err := r.LiveSession(t.Context(), s.Hash, now)
		wantKind(t, c.name+": LiveSession", roster.NotFound, err)
		_, err = r.LiveSessionByID(t.Context(), s.ID, now)
		wantKind(t, c.name+": LiveSessionByID", roster.NotFound, err)
		for _, k := range []roster.GrantKey{{ID: g.ID}, {Code: g.CodeHash}, {Refresh: [32]byte{1, 3, 1}}} {
			_, err = r.LiveGrant(t.Context(), k, now)
			wantKind(t, c.name+": LiveGrant", roster.NotFound, err)
		}
		if c.at == 0 {
			err = h.try(func(ctx context.Context, tx roster.Tx) error {
				_, err := tx.LockSession(ctx, s.ID)
				return err
			})
			wantKind(t, c.name+": LockSession", roster.NotFound, err)
		}
	}
}

// sessionNotBack turns a member off together with its sessions, as a draft, and on again.
func sessionNotBack(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ann")
	s, other := h.addSession(m, 1), h.addSession(h.addMember("bob"), 2)
	h.addGrant(s, 1)
	set := func(before roster.Member, state roster.State) roster.Member {
		after := before
		after.Standing.State = state
		after.Version++
		h.update(func(ctx context.Context, tx roster.Tx) error {
			if _, err := tx.LockMember(ctx, roster.Scope{}, m.ID); err != nil {
				return err
			}
			if err := tx.UpdateMember(ctx, before, after); err != nil || state == roster.StateActive {
				return err
			}
			if err := tx.EndSessions(ctx, roster.SessionFilter{Member: m.ID}, roster.SessionEnd{Reason: roster.EndAccessLost}); err != nil {
				return err
			}
			return tx.AppendEvent(ctx, roster.Event{Kind: roster.MemberDeactivated, Member: m.ID})
		})
		return after
	}
	set(set(m, roster.StateInactive), roster.StateActive)
	_, err := h.reader().LiveSession(t.Context(), s.Hash, h.now())
	wantKind(t, "LiveSession", roster.NotFound, err)
	_, err = h.reader().LiveSession(t.Context(), other.Hash, h.now())
	wantSame(t, "another member's", error(nil), err)
	got := map[roster.EventKind]int{}
	for _, e := range h.events(2) {
		got[e.Kind]++
	}
	wantSame(t, "events", map[roster.EventKind]int{roster.SessionEnded: 1, roster.MemberDeactivated: 1}, got)
	one, err := h.reader().Session(t.Context(), s.ID)
	wantSame(t, "reason", []any{roster.EndAccessLost, error(nil)}, []any{one.EndReason, err})
}

func sessionTaken(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ann")
	s := h.addSession(m, 1)
	again := h.newSession(m, 1)
	wantConflict(t, "InsertSession", "token", h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertSession(ctx, again) }))
	again = s
	again.Hash = [32]byte{9}
	wantKind(t, "InsertSession of an id", roster.Conflict, h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertSession(ctx, again) }))
	ghost := h.newSession(roster.Member{ID: roster.NewMemberID(epoch())}, 3)
	wantKind(t, "InsertSession of nobody", roster.NotFound, h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertSession(ctx, ghost) }))
	wantSame(t, "sessions", []roster.Session{s}, h.sessions(roster.SessionFilter{}))
}

func sessionTouched(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	s := h.addSession(h.addMember("ann"), 1)
	for _, after := range []time.Duration{59 * time.Second, time.Minute, 90 * time.Second, time.Second} {
		h.update(func(ctx context.Context, tx roster.Tx) error {
			return tx.TouchSession(ctx, s.ID, s.CreatedAt.Add(after))
		})
	}
	want := s
	want.SeenAt = s.CreatedAt.Add(time.Minute)
	got, err := h.reader().Session(t.Context(), s.ID)
	wantSame(t, "Session", []any{want, error(nil)}, []any{got, err})
}

func sessionRotates(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ann")
	s := h.addSession(m, 1)
	rotate := func(from, to [32]byte) bool {
		done := false
		h.update(func(ctx context.Context, tx roster.Tx) (err error) {
			done, err = tx.RotateSession(ctx, s.ID, from, to, "admin")
			return err
		})
		return done
	}
	wantSame(t, "from another token", false, rotate([32]byte{5}, [32]byte{6}))
	before := h.now()
	wantSame(t, "rotated", true, rotate(s.Hash, [32]byte{2}))
	wantSame(t, "rotated by a second request", false, rotate(s.Hash, [32]byte{3}))
	for _, c := range []struct {
		name   string
		hash   [32]byte
		at     time.Time
		live   bool
		former bool
	}{
		{"new one", [32]byte{2}, before.Add(20 * time.Second), true, false},
		{"former one", s.Hash, before.Add(5 * time.Second), true, true},
		{"former one, later", s.Hash, h.now().Add(roster.RotationGrace), false, false},
		{"the one that came late", [32]byte{3}, before, false, false},
	} {
		l, err := h.reader().LiveSession(t.Context(), c.hash, c.at)
		wantSame(t, c.name, []bool{c.live, c.former}, []bool{err == nil, l.Former})
		if c.live {
			wantSame(t, c.name+": role", "admin", l.Session.Role)
		}
	}
	h.endSessions(roster.SessionFilter{Session: s.ID})
	wantSame(t, "rotated once ended", false, rotate([32]byte{2}, [32]byte{4}))
}
