package storagetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testAPITokens(t *testing.T, open opener) {
	check(t, open, []claim{
		{"a token is kept whole", apiTokenWhole},
		{"a token is live while its admin is", apiTokenLive},
		{"tokens end by one and by member", apiTokensEnd},
		{"the use of a token is noted to the minute", apiTokenTouched},
		{"an app's credential is kept whole", appCredentialWhole},
		{"an app's credential is revoked once", appCredentialRevoked},
	})
}

func (h *house) newAPIToken(m roster.Member, n byte) roster.APIToken {
	return roster.APIToken{
		ID: roster.APITokenID{UUID: h.nextID()}, Member: m.ID, Label: "CI ẞ", Scopes: []string{"members:read", "events:read"},
		Hash: [32]byte{n, 9}, Hint: "wxyz", CreatedAt: epoch(), ExpiresAt: epoch().Add(time.Hour),
	}
}

func (h *house) addAPIToken(m roster.Member, n byte) roster.APIToken {
	h.t.Helper()
	a := h.newAPIToken(m, n)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.InsertAPIToken(ctx, a) })
	return a
}

func (h *house) apiTokens(id roster.MemberID) []roster.APIToken {
	h.t.Helper()
	list, err := h.reader().APITokens(h.t.Context(), id, 0)
	if err != nil {
		h.t.Fatalf("APITokens: %v", err)
	}
	return list
}

func (h *house) addAdmin(login string) roster.Member {
	h.t.Helper()
	m := h.newMember(login)
	m.Standing.Role = "admin"
	h.insert(m)
	return m
}

func apiTokenWhole(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ada, bob := h.addAdmin("ada"), h.addAdmin("bob")
	one, two := h.addAPIToken(ada, 1), h.addAPIToken(bob, 2)
	wantSame(t, "all tokens", []roster.APIToken{two, one}, h.apiTokens(roster.MemberID{}))
	wantSame(t, "one person's", []roster.APIToken{one}, h.apiTokens(ada.ID))
	list, err := h.reader().APITokens(t.Context(), roster.MemberID{}, 1)
	wantSame(t, "the latest", []any{[]roster.APIToken{two}, error(nil)}, []any{list, err})
	got, err := h.reader().LiveAPIToken(t.Context(), one.Hash, epoch())
	wantSame(t, "LiveAPIToken", []any{h.tenant, one, ada.ID, error(nil)}, []any{got.Tenant, got.Token, got.Member.ID, err})
	again := h.newAPIToken(ada, 1)
	err = h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertAPIToken(ctx, again) })
	wantConflict(t, "a hash that is taken", "token", err)
	nobody := h.newAPIToken(roster.Member{ID: roster.NewMemberID(epoch())}, 3)
	err = h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertAPIToken(ctx, nobody) })
	wantKind(t, "a token of nobody", roster.NotFound, err)
}

func apiTokenLive(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	live := func(a roster.APIToken, at time.Time) error {
		_, err := h.reader().LiveAPIToken(t.Context(), a.Hash, at)
		return err
	}
	ada, bob := h.addAdmin("ada"), h.addMember("bob")
	one, user := h.addAPIToken(ada, 1), h.addAPIToken(bob, 2)
	wantSame(t, "an admin's token", error(nil), live(one, epoch()))
	wantKind(t, "a token of who is no admin", roster.NotFound, live(user, epoch()))
	wantKind(t, "a token that has expired", roster.NotFound, live(one, one.ExpiresAt))
	off := ada
	off.Standing.State, off.Version = roster.StateInactive, 2
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, ada, off) })
	wantKind(t, "a token of who was turned off", roster.NotFound, live(one, epoch()))
	on := ada
	on.Version = 3
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, off, on) })
	wantSame(t, "of who is back, as nobody ended it", error(nil), live(one, epoch()))
	closed := h.tenant
	closed.Status, closed.Version = tenant.Suspended, 2
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutTenant(ctx, closed) })
	wantKind(t, "a token of a suspended tenant", roster.NotFound, live(one, epoch()))
}

func apiTokensEnd(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ada, bob := h.addAdmin("ada"), h.addAdmin("bob")
	one, two, three, others := h.addAPIToken(ada, 1), h.addAPIToken(ada, 2), h.addAPIToken(ada, 3), h.addAPIToken(bob, 4)
	end := func(f roster.APITokenFilter, why roster.EndReason) {
		t.Helper()
		h.update(func(ctx context.Context, tx roster.Tx) error { return tx.EndAPITokens(ctx, f, why) })
	}
	reasons := func() []roster.EndReason {
		var out []roster.EndReason
		for _, a := range h.apiTokens(roster.MemberID{}) {
			if (a.EndReason == "") != a.EndedAt.IsZero() {
				t.Errorf("token %s ended at %v by %q", a.ID, a.EndedAt, a.EndReason)
			}
			out = append(out, a.EndReason)
		}
		slices.Reverse(out)
		return out
	}
	end(roster.APITokenFilter{}, roster.EndRevoked)
	wantSame(t, "no filter", []roster.EndReason{"", "", "", ""}, reasons())
	end(roster.APITokenFilter{Token: two.ID}, roster.EndRevoked)
	end(roster.APITokenFilter{Member: ada.ID}, roster.EndDemoted)
	wantSame(t, "one, then all of a member", []roster.EndReason{roster.EndDemoted, roster.EndRevoked, roster.EndDemoted, ""}, reasons())
	for _, a := range []roster.APIToken{one, two, three} {
		_, err := h.reader().LiveAPIToken(t.Context(), a.Hash, epoch())
		wantKind(t, "an ended token", roster.NotFound, err)
	}
	_, err := h.reader().LiveAPIToken(t.Context(), others.Hash, epoch())
	wantSame(t, "another's token", error(nil), err)
}

func apiTokenTouched(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	a := h.addAPIToken(h.addAdmin("ada"), 1)
	touch := func(at time.Time) time.Time {
		h.update(func(ctx context.Context, tx roster.Tx) error { return tx.TouchAPIToken(ctx, a.ID, at) })
		return h.apiTokens(roster.MemberID{})[0].UsedAt
	}
	wantSame(t, "the first use", epoch(), touch(epoch()))
	wantSame(t, "within the minute", epoch(), touch(epoch().Add(30*time.Second)))
	wantSame(t, "a minute later", epoch().Add(time.Minute), touch(epoch().Add(time.Minute)))
}

func newAppCredential(a tenant.App, n byte) tenant.AppCredential {
	return tenant.AppCredential{
		ID: tenant.AppCredentialID{UUID: tenant.NewUUID(epoch())}, App: a.ID, Label: "backend", Scopes: []string{"members:read"},
		Tenants: []tenant.ID{{UUID: tenant.UUID{15: 1}}}, Hash: [32]byte{n, 8}, Hint: "wxyz", CreatedAt: epoch(), ExpiresAt: epoch().Add(time.Hour),
	}
}

func appCredentialWhole(t *testing.T, b Backend) {
	a := newApp()
	wantSame(t, "PutApp", error(nil), b.Locator.PutApp(t.Context(), a))
	c := newAppCredential(a, 1)
	wantSame(t, "AddAppCredential", error(nil), b.Locator.AddAppCredential(t.Context(), c))
	app, got, err := b.Locator.AppCredential(t.Context(), a.ID, c.Hash)
	wantSame(t, "AppCredential", []any{a, c, error(nil)}, []any{app, got, err})
	list, err := b.Locator.AppCredentials(t.Context(), a.ID)
	wantSame(t, "AppCredentials", []any{[]tenant.AppCredential{c}, error(nil)}, []any{list, err})
	_, _, err = b.Locator.AppCredential(t.Context(), tenant.AppID{UUID: tenant.UUID{15: 1}}, c.Hash)
	wantKind(t, "AppCredential of another app", roster.NotFound, err)
	again := newAppCredential(a, 1)
	wantConflict(t, "a hash that is taken", "token", b.Locator.AddAppCredential(t.Context(), again))
	for _, at := range []time.Duration{0, 30 * time.Second} {
		wantSame(t, "TouchAppCredential", error(nil), b.Locator.TouchAppCredential(t.Context(), c.ID, epoch().Add(at)))
	}
	_, got, err = b.Locator.AppCredential(t.Context(), a.ID, c.Hash)
	wantSame(t, "use", []any{epoch(), error(nil)}, []any{got.UsedAt, err})
}

func appCredentialRevoked(t *testing.T, b Backend) {
	a := newApp()
	c := newAppCredential(a, 1)
	wantSame(t, "AddAppCredential", error(nil), b.Locator.AddAppCredential(t.Context(), c))
	other := tenant.AppID{UUID: tenant.UUID{15: 1}}
	wantKind(t, "RevokeAppCredential of another app", roster.NotFound, b.Locator.RevokeAppCredential(t.Context(), other, c.ID, epoch()))
	wantSame(t, "RevokeAppCredential", error(nil), b.Locator.RevokeAppCredential(t.Context(), a.ID, c.ID, epoch()))
	wantKind(t, "RevokeAppCredential again", roster.NotFound, b.Locator.RevokeAppCredential(t.Context(), a.ID, c.ID, epoch()))
	list, err := b.Locator.AppCredentials(t.Context(), a.ID)
	wantSame(t, "AppCredentials", []any{1, epoch(), error(nil)}, []any{len(list), list[0].RevokedAt, err})
}

func apiTokenReads(all probes[roster.Reader]) {
	all["LiveAPIToken"] = func(t *testing.T, x *stranger, r roster.Reader) {
		_, err := r.LiveAPIToken(t.Context(), x.theirs.Hash, epoch())
		wantKind(t, "LiveAPIToken", roster.NotFound, err)
	}
	all["APITokens"] = func(t *testing.T, x *stranger, r roster.Reader) {
		for _, id := range []roster.MemberID{{}, x.member.ID} {
			list, err := r.APITokens(t.Context(), id, 10)
			wantNone(t, "APITokens", list, err)
		}
	}
}

func apiTokenProbes(all probes[roster.Tx]) {
	all["InsertAPIToken"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		wantKind(t, "InsertAPIToken", roster.NotFound, tx.InsertAPIToken(t.Context(), x.newAPIToken(x.member, 7)))
	}
	all["EndAPITokens"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		for _, f := range []roster.APITokenFilter{{Token: x.theirs.ID}, {Member: x.member.ID}} {
			wantSame(t, "EndAPITokens", error(nil), tx.EndAPITokens(t.Context(), f, roster.EndRevoked))
		}
	}
	all["TouchAPIToken"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		wantSame(t, "TouchAPIToken", error(nil), tx.TouchAPIToken(t.Context(), x.theirs.ID, epoch()))
	}
}

// appCredentialProbes: they belong to no tenant, and nothing of one leads to them.
func appCredentialProbes() probes[Backend] {
	theirs := func(x *stranger) tenant.AppID { return tenant.AppID{UUID: x.owner.tenant.ID.UUID} }
	return probes[Backend]{
		"AppCredential": func(t *testing.T, x *stranger, b Backend) {
			_, _, err := b.Locator.AppCredential(t.Context(), theirs(x), x.theirs.Hash)
			wantKind(t, "AppCredential by a tenant's token", roster.NotFound, err)
		},
		"AppCredentials": func(t *testing.T, x *stranger, b Backend) {
			list, err := b.Locator.AppCredentials(t.Context(), theirs(x))
			wantNone(t, "AppCredentials", list, err)
		},
		"AddAppCredential": func(t *testing.T, x *stranger, b Backend) {
			c := newAppCredential(tenant.App{ID: theirs(x)}, 1)
			wantSame(t, "AddAppCredential", error(nil), b.Locator.AddAppCredential(t.Context(), c))
		},
		"RevokeAppCredential": func(t *testing.T, x *stranger, b Backend) {
			err := b.Locator.RevokeAppCredential(t.Context(), theirs(x), tenant.AppCredentialID{UUID: x.theirs.ID.UUID}, epoch())
			wantKind(t, "RevokeAppCredential by a tenant's token", roster.NotFound, err)
		},
		"TouchAppCredential": func(t *testing.T, x *stranger, b Backend) {
			err := b.Locator.TouchAppCredential(t.Context(), tenant.AppCredentialID{UUID: x.theirs.ID.UUID}, epoch())
			wantSame(t, "TouchAppCredential", error(nil), err)
		},
	}
}
