package storagetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func grantKeys(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ann")
	team := h.addGroup("Team", m)
	m.Groups = []roster.GroupRef{{ID: team.ID, Name: "Team"}}
	s := h.addSession(m, 1)
	g := h.addGrant(s, 1)
	token := roster.RefreshToken{Hash: [32]byte{1, 3, 1}, Grant: g.ID, IssuedAt: g.CodeUsedAt, ExpiresAt: g.CodeUsedAt.Add(time.Hour)}
	live := roster.LiveSession{Tenant: h.tenant, Session: s, Member: m}
	now := h.now()
	for _, c := range []struct {
		key  roster.GrantKey
		want roster.LiveGrant
	}{
		{roster.GrantKey{ID: g.ID}, roster.LiveGrant{LiveSession: live, Grant: g}},
		{roster.GrantKey{Code: g.CodeHash}, roster.LiveGrant{LiveSession: live, Grant: g}},
		{roster.GrantKey{Refresh: token.Hash}, roster.LiveGrant{LiveSession: live, Grant: g, Refresh: token}},
	} {
		got, err := h.reader().LiveGrant(t.Context(), c.key, now)
		wantSame(t, "LiveGrant", []any{c.want, error(nil)}, []any{got, err})
		h.update(func(ctx context.Context, tx roster.Tx) error {
			got, err := tx.LockGrant(ctx, c.key)
			wantSame(t, "LockGrant", []any{c.want, error(nil)}, []any{got, err})
			return nil
		})
	}
	next := [32]byte{1, 4}
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.UseRefreshToken(ctx, token.Hash, next, now); err != nil {
			return err
		}
		return tx.InsertRefreshToken(ctx, roster.RefreshToken{Hash: next, Grant: g.ID, IssuedAt: now, ExpiresAt: now.Add(time.Minute)})
	})
	_, err := h.reader().LiveGrant(t.Context(), roster.GrantKey{Refresh: token.Hash}, now)
	wantKind(t, "LiveGrant by a token that was replaced", roster.NotFound, err)
	_, err = h.reader().LiveGrant(t.Context(), roster.GrantKey{Refresh: next}, now.Add(time.Minute))
	wantKind(t, "LiveGrant by a token that expired", roster.NotFound, err)
	h.update(func(ctx context.Context, tx roster.Tx) error {
		old, err := tx.LockGrant(ctx, roster.GrantKey{Refresh: token.Hash})
		want := token
		want.UsedAt, want.Successor = now, next
		wantSame(t, "the token that was replaced", []any{want, error(nil)}, []any{old.Refresh, err})
		_, err = tx.LockGrant(ctx, roster.GrantKey{Code: [32]byte{77}})
		wantKind(t, "LockGrant of nothing", roster.NotFound, err)
		return nil
	})
	list, err := h.reader().Grants(t.Context(), s.ID)
	wantSame(t, "Grants", []any{[]roster.AppGrant{g}, error(nil)}, []any{list, err})
}

func grantEnds(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	s := h.addSession(h.addMember("ann"), 1)
	one, two := h.addGrant(s, 1), h.addGrant(s, 2)
	n := 0
	h.update(func(ctx context.Context, tx roster.Tx) error {
		return tx.EndGrants(ctx, roster.GrantFilter{Grant: one.ID}, roster.SessionEnd{Reason: roster.EndTokenReused, Ended: &n})
	})
	wantSame(t, "ended", 1, n)
	_, err := h.reader().LiveGrant(t.Context(), roster.GrantKey{ID: one.ID}, h.now())
	wantKind(t, "the one that ended", roster.NotFound, err)
	_, err = h.reader().LiveGrant(t.Context(), roster.GrantKey{ID: two.ID}, h.now())
	wantSame(t, "the other", error(nil), err)
	_, err = h.reader().LiveSession(t.Context(), s.Hash, h.now())
	wantSame(t, "the session", error(nil), err)
	h.endSessions(roster.SessionFilter{Session: s.ID})
	list, err := h.reader().Grants(t.Context(), s.ID)
	_, gone := h.reader().LiveGrant(t.Context(), roster.GrantKey{ID: two.ID}, h.now())
	wantKind(t, "the other, once the session ended", roster.NotFound, gone)
	wantSame(t, "reasons", []any{roster.EndTokenReused, roster.EndReason(""), error(nil)}, []any{list[0].EndReason, list[1].EndReason, err})
	got := map[roster.EventKind]int{}
	for _, e := range h.events(2) {
		got[e.Kind]++
	}
	wantSame(t, "events", map[roster.EventKind]int{roster.GrantEnded: 1, roster.SessionEnded: 1}, got)
	err = h.try(func(ctx context.Context, tx roster.Tx) error {
		return tx.EndGrants(ctx, roster.GrantFilter{}, roster.SessionEnd{})
	})
	wantKind(t, "EndGrants of none", roster.Invalid, err)
}

// logoutNotices has an app with two grants, one whose grant ended before, and one that never came for
// its tokens.
func logoutNotices(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ann")
	s := h.addSession(m, 1)
	g, again := h.addGrant(s, 1), h.addGrant(s, 2)
	idle := roster.AppGrant{
		ID: roster.NewGrantID(epoch()), Session: s.ID, Member: m.ID, App: tenant.AppID{UUID: tenant.UUID{15: 3}},
		CodeHash: [32]byte{9, 9}, CodeExpires: epoch(), CreatedAt: epoch(),
	}
	twice := again
	twice.ID, twice.CodeHash, twice.App = roster.NewGrantID(epoch()), [32]byte{9, 8}, g.App
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.InsertAppGrant(ctx, idle); err != nil {
			return err
		}
		if err := tx.InsertAppGrant(ctx, twice); err != nil {
			return err
		}
		return tx.EndGrants(ctx, roster.GrantFilter{Grant: again.ID}, roster.SessionEnd{Reason: roster.EndRevoked})
	})
	ctx := t.Context()
	none, err := b.Locator.ClaimLogoutNotices(ctx, 10, time.Minute)
	wantNone(t, "ClaimLogoutNotices", none, err)
	h.endSessions(roster.SessionFilter{Session: s.ID})
	claim := func(limit int, lease time.Duration) []roster.LogoutNotice {
		t.Helper()
		list, err := b.Locator.ClaimLogoutNotices(ctx, limit, lease)
		if err != nil {
			t.Fatalf("ClaimLogoutNotices: %v", err)
		}
		return list
	}
	first := claim(1, -time.Second) // over at once
	both := claim(10, time.Hour)
	wantSame(t, "claimed", []int{1, 2}, []int{len(first), len(both)})
	wantNone(t, "claimed while the lease lasts", claim(10, time.Hour), nil)
	slices.SortFunc(both, func(a, b roster.LogoutNotice) int { return int(a.App.UUID[15]) - int(b.App.UUID[15]) })
	for i, app := range []tenant.AppID{g.App, again.App} {
		want := roster.LogoutNotice{Tenant: h.tenant.ID, Session: s.ID, App: app, Member: m.ID, QueuedAt: both[i].QueuedAt, Attempts: 1}
		if first[0].App == app {
			want.Attempts = 2
		}
		wantSame(t, "notice", want, both[i])
	}
	if err := b.Locator.DoneLogoutNotice(ctx, first[0]); err != nil { // too late: it was claimed since
		t.Fatalf("DoneLogoutNotice: %v", err)
	}
	if err := b.Locator.RetryLogoutNotice(ctx, both[0], epoch()); err != nil {
		t.Fatalf("RetryLogoutNotice: %v", err)
	}
	if err := b.Locator.DoneLogoutNotice(ctx, both[1]); err != nil {
		t.Fatalf("DoneLogoutNotice: %v", err)
	}
	left := claim(10, -time.Second)
	wantSame(t, "left", []tenant.AppID{both[0].App}, []tenant.AppID{left[0].App})
	if err := b.Locator.DoneLogoutNotice(ctx, left[0]); err != nil {
		t.Fatalf("DoneLogoutNotice: %v", err)
	}
	wantNone(t, "after all are done", claim(10, time.Hour), nil)
}
