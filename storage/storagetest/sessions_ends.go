package storagetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func sessionFilters(t *testing.T, b Backend) {
	other := tenant.ConnectionID{UUID: tenant.UUID{15: 8}}
	var ann, bob roster.Member
	var sessions []roster.Session
	set := func(h *house) {
		sessions = nil
		ann, bob = h.newMember("ann"), h.newMember("bob")
		ann.Email, ann.Proven = "ann@corp.example", false
		bob.Email, bob.Directory = "bob@sub_corp.example", tenant.DirectoryID{}
		h.insert(ann, bob)
		for i, m := range []roster.Member{ann, ann, bob} {
			s := h.newSession(m, byte(i+1))
			if i == 1 {
				s.Connection, s.Method, s.IDPSession, s.ExpiresAt = other, roster.MethodOIDC, "sid", s.CreatedAt.Add(time.Minute)
			}
			h.insertSession(s)
			sessions = append(sessions, s)
		}
	}
	for i, c := range []struct {
		name   string
		filter func() roster.SessionFilter
		want   []int
	}{
		{"a session", func() roster.SessionFilter { return roster.SessionFilter{Session: sessions[1].ID} }, []int{1}},
		{"a token", func() roster.SessionFilter { return roster.SessionFilter{Token: sessions[2].Hash} }, []int{2}},
		{"a member", func() roster.SessionFilter { return roster.SessionFilter{Member: ann.ID} }, []int{0, 1}},
		{"a connection", func() roster.SessionFilter { return roster.SessionFilter{Connection: other} }, []int{1}},
		{"a connection and a member", func() roster.SessionFilter { return roster.SessionFilter{Connection: other, Member: bob.ID} }, nil},
		{"a subject", func() roster.SessionFilter {
			return roster.SessionFilter{Connection: sessions[0].Connection, Subject: "subject of ann"}
		}, []int{0}},
		{"a session of the provider", func() roster.SessionFilter { return roster.SessionFilter{Connection: other, IDPSession: "sid"} }, []int{1}},
		{"a method", func() roster.SessionFilter { return roster.SessionFilter{Method: roster.MethodSAML} }, []int{0, 2}},
		{"a domain", func() roster.SessionFilter { return roster.SessionFilter{Domain: "corp.example"} }, []int{0, 1}},
		{"a domain, to the letter", func() roster.SessionFilter { return roster.SessionFilter{Domain: "sub-corp.example"} }, nil},
		{"a domain of nobody's directory", func() roster.SessionFilter { return roster.SessionFilter{Domain: "sub_corp.example", Unmanaged: true} }, []int{2}},
		{"of a directory", func() roster.SessionFilter { return roster.SessionFilter{Domain: "corp.example", Unmanaged: true} }, nil},
		{"expired", func() roster.SessionFilter {
			return roster.SessionFilter{ExpiredBy: sessions[1].ExpiresAt}
		}, []int{1}},
		{"rested", func() roster.SessionFilter {
			return roster.SessionFilter{ExpiredBy: sessions[2].SeenAt.Add(30 * time.Minute)}
		}, []int{0, 1, 2}},
		{"all", func() roster.SessionFilter { return roster.SessionFilter{AllOfTenant: true} }, []int{0, 1, 2}},
	} {
		h := newHouse(t, b, "acme"+string(rune('a'+i)))
		set(h)
		want := make([]roster.SessionID, len(c.want))
		for i, n := range c.want {
			want[i] = sessions[n].ID
		}
		wantSame(t, c.name+": ended", len(want), h.endSessions(c.filter()))
		var got []roster.SessionID
		for _, s := range h.sessions(roster.SessionFilter{}) {
			if !s.EndedAt.IsZero() {
				got = append(got, s.ID)
				wantSame(t, c.name+": reason", roster.EndRevoked, s.EndReason)
			}
		}
		byID := func(a, b roster.SessionID) int { return strings.Compare(a.String(), b.String()) }
		slices.SortFunc(want, byID)
		slices.SortFunc(got, byID)
		wantSame(t, c.name, want, got)
		wantSame(t, c.name+": ended again", 0, h.endSessions(c.filter()))
		events := 0
		for _, e := range h.events(len(want)) {
			if e.Kind == roster.SessionEnded && e.RequestID == "req" && e.Actor.ID == "admin" {
				events++
			}
		}
		wantSame(t, c.name+": events", len(want), events)
	}
	h := newHouse(t, b, "none")
	err := h.try(func(ctx context.Context, tx roster.Tx) error {
		return tx.EndSessions(ctx, roster.SessionFilter{}, roster.SessionEnd{})
	})
	wantKind(t, "EndSessions of none", roster.Invalid, err)
}

func sessionPages(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ann")
	var want []roster.SessionID
	for i := range byte(5) {
		s := h.newSession(m, i+1)
		s.ID = roster.NewSessionID(epoch().Add(time.Duration(i) * time.Second))
		h.insertSession(s)
		want = append([]roster.SessionID{s.ID}, want...)
	}
	h.endSessions(roster.SessionFilter{Session: want[1]})
	for _, c := range []struct {
		name  string
		ended bool
		want  []roster.SessionID
	}{
		{"live", false, slices.Delete(slices.Clone(want), 1, 2)},
		{"all", true, want},
	} {
		q := roster.SessionQuery{Filter: roster.SessionFilter{Member: m.ID}, WithEnded: c.ended, Limit: 2}
		var got []roster.SessionID
		for {
			page, err := h.reader().Sessions(t.Context(), q)
			if err != nil {
				t.Fatalf("Sessions: %v", err)
			}
			for _, s := range page.Items {
				got = append(got, s.ID)
				q.Before = s.ID
			}
			if !page.More {
				break
			}
		}
		wantSame(t, c.name, c.want, got)
	}
}

func sessionsDropped(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ctx := t.Context()
	m := h.addMember("ann")
	old, live := h.addSession(m, 1), h.addSession(m, 2)
	h.addGrant(old, 1)
	g := h.addGrant(live, 2)
	now := h.now()
	for _, c := range []struct {
		name                string
		now, before, grants time.Time
		want                []tenant.ID
	}{
		{"nothing", now, now.Add(-time.Hour), now.Add(-time.Hour), nil},
		{"rested too long", now.Add(31 * time.Minute), now.Add(-time.Hour), now.Add(-time.Hour), []tenant.ID{h.tenant.ID}},
	} {
		ids, err := b.Locator.StaleSessions(ctx, c.now, c.before, c.grants)
		wantSame(t, c.name, []any{c.want, error(nil)}, []any{ids, err})
	}
	h.endSessions(roster.SessionFilter{Session: old.ID})
	end := h.now()
	for _, c := range []struct {
		before, grants time.Time
		stale          bool
		sessions       int
	}{
		{now.Add(-time.Hour), now.Add(-time.Hour), false, 0},
		{now.Add(-time.Hour), end, true, 0},
		{now.Add(-time.Hour), end, false, 0}, // the grants are gone
		{end, end, true, 1},
		{end, end, false, 0},
	} {
		ids, err := b.Locator.StaleSessions(ctx, end, c.before, c.grants)
		wantSame(t, "stale", []any{c.stale, error(nil)}, []any{len(ids) > 0, err})
		n := 0
		h.update(func(ctx context.Context, tx roster.Tx) (err error) {
			n, err = tx.DropSessions(ctx, c.before, c.grants, 10)
			return err
		})
		wantSame(t, "dropped", c.sessions, n)
	}
	left := h.sessions(roster.SessionFilter{})
	wantSame(t, "left", []roster.Session{live}, left)
	_, err := h.reader().LiveGrant(ctx, roster.GrantKey{Refresh: [32]byte{2, 3, 2}}, now)
	wantSame(t, "the other's grant", error(nil), err)
	list, err := h.reader().Grants(ctx, live.ID)
	wantSame(t, "Grants", []any{[]roster.AppGrant{g}, error(nil)}, []any{list, err})
}
