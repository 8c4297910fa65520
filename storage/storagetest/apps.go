package storagetest

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// testApps holds the stores to what the issuer relies on.
func testApps(t *testing.T, open opener) {
	check(t, open, []claim{
		{"an app is kept whole", appWhole},
		{"an app changes from the version that was read", appVersions},
		{"a removed app is found, and not listed", appRemoved},
		{"of a generation of signing keys there is one", signingKeyOnce},
		{"old signing keys are dropped", signingKeysDropped},
		{"an app reads of what ended in which it had tokens", revocations},
	})
}

func newApp() tenant.App {
	return tenant.App{
		ID: tenant.AppID{UUID: tenant.NewUUID(epoch())}, Name: "Timesheets", Status: tenant.AppActive, Auth: tenant.AppKeyAuth,
		Secrets: []tenant.AppSecret{{
			ID: tenant.AppSecretID{UUID: tenant.NewUUID(epoch())}, Hash: []byte{1, 2}, Hint: "wxyz", CreatedAt: epoch(), ExpiresAt: epoch().Add(time.Hour),
		}},
		Keys: []byte(`{"keys":[]}`), RedirectURIs: []string{"https://a.example/cb"}, PostLogoutURIs: []string{"https://a.example/"},
		BackchannelLogoutURI: "https://a.example/logout", Version: 1, CreatedAt: epoch(), ChangedAt: epoch(),
	}
}

func appWhole(t *testing.T, b Backend) {
	a := newApp()
	_, err := b.Locator.App(t.Context(), a.ID)
	wantKind(t, "App before there is one", roster.NotFound, err)
	wantSame(t, "PutApp", error(nil), b.Locator.PutApp(t.Context(), a))
	got, err := b.Locator.App(t.Context(), a.ID)
	wantSame(t, "App", []any{a, error(nil)}, []any{got, err})
	list, err := b.Locator.Apps(t.Context())
	wantSame(t, "Apps", []any{[]tenant.App{a}, error(nil)}, []any{list, err})
	wantKind(t, "PutApp of an id that is taken", roster.Conflict, b.Locator.PutApp(t.Context(), a))
}

func appVersions(t *testing.T, b Backend) {
	a := newApp()
	wantSame(t, "PutApp", error(nil), b.Locator.PutApp(t.Context(), a))
	a.Name, a.Version, a.ChangedAt = "Hours", 2, epoch().Add(time.Minute)
	wantSame(t, "PutApp of the next version", error(nil), b.Locator.PutApp(t.Context(), a))
	stale := a
	stale.Name = "Days"
	wantKind(t, "PutApp of the same version again", roster.Stale, b.Locator.PutApp(t.Context(), stale))
	got, err := b.Locator.App(t.Context(), a.ID)
	wantSame(t, "App", []any{a, error(nil)}, []any{got, err})
}

func appRemoved(t *testing.T, b Backend) {
	a := newApp()
	wantSame(t, "PutApp", error(nil), b.Locator.PutApp(t.Context(), a))
	a.Status, a.Version = tenant.AppRemoved, 2
	wantSame(t, "PutApp", error(nil), b.Locator.PutApp(t.Context(), a))
	got, err := b.Locator.App(t.Context(), a.ID)
	wantSame(t, "App", []any{a, error(nil)}, []any{got, err})
	list, err := b.Locator.Apps(t.Context())
	wantNone(t, "Apps", list, err)
}

func newSigningKey(generation int64, id string) tenant.SigningKey {
	return tenant.SigningKey{
		Generation: generation, ID: id, Algorithm: "RS256", Public: []byte(`{"kty":"RSA"}`), Sealed: []byte{7, 7},
		UseFrom: epoch().Add(time.Hour), CreatedAt: epoch(),
	}
}

func signingKeyOnce(t *testing.T, b Backend) {
	var wait sync.WaitGroup
	for _, id := range []string{"a", "b", "c", "d"} {
		wait.Go(func() {
			if err := b.Locator.AddSigningKey(t.Context(), newSigningKey(1, id)); err != nil {
				t.Errorf("AddSigningKey: %v", err)
			}
		})
	}
	wait.Wait()
	got, err := b.Locator.SigningKeys(t.Context())
	if err != nil || len(got) != 1 {
		t.Fatalf("SigningKeys() = %d of them, %v; want 1", len(got), err)
	}
	wantSame(t, "SigningKeys", newSigningKey(1, got[0].ID), got[0])
}

func signingKeysDropped(t *testing.T, b Backend) {
	for g := int64(1); g <= 3; g++ {
		wantSame(t, "AddSigningKey", error(nil), b.Locator.AddSigningKey(t.Context(), newSigningKey(g, "k")))
	}
	wantSame(t, "DropSigningKeys", error(nil), b.Locator.DropSigningKeys(t.Context(), 3))
	got, err := b.Locator.SigningKeys(t.Context())
	wantSame(t, "SigningKeys", []any{[]tenant.SigningKey{newSigningKey(3, "k")}, error(nil)}, []any{got, err})
}

func revocations(t *testing.T, b Backend) {
	h, other := newHouse(t, b, "acme"), newHouse(t, b, "other")
	third := newHouse(t, b, "third")
	live, mine, theirs := third.addSession(third.addMember("ann"), 1), h.addSession(h.addMember("ben"), 2), other.addSession(other.addMember("cy"), 3)
	grant := third.addGrant(live, 1)
	for _, x := range []struct {
		h *house
		s roster.Session
	}{{h, mine}, {other, theirs}} {
		x.h.addGrant(x.s, 1)
		x.h.addGrant(x.s, 2) // another app's
		x.h.endSessions(roster.SessionFilter{Session: x.s.ID})
	}
	third.update(func(ctx context.Context, tx roster.Tx) error {
		return tx.EndGrants(ctx, roster.GrantFilter{Grant: grant.ID}, roster.SessionEnd{Reason: roster.EndTokenReused})
	})
	read := func(after roster.Revocation, limit int) []roster.Revocation {
		list, err := b.Locator.Revocations(t.Context(), grant.App, after, limit)
		wantSame(t, "Revocations", error(nil), err)
		return list
	}
	list := read(roster.Revocation{At: epoch()}, 10)
	var got []roster.Revocation
	for _, r := range list {
		got = append(got, roster.Revocation{ID: r.ID, OfGrant: r.OfGrant})
	}
	want := []roster.Revocation{{ID: mine.ID.UUID}, {ID: theirs.ID.UUID}, {ID: grant.ID.UUID, OfGrant: true}}
	byID := func(a, b roster.Revocation) int { return bytes.Compare(a.ID[:], b.ID[:]) } // they may have ended in one millisecond
	slices.SortFunc(want, byID)
	slices.SortFunc(got, byID)
	wantSame(t, "Revocations of all tenants", want, got)
	wantSame(t, "Revocations with a limit", list[:1], read(roster.Revocation{At: epoch()}, 1))
	wantSame(t, "Revocations behind the first", list[1:], read(list[0], 10))
	late := slices.DeleteFunc(slices.Clone(list), func(r roster.Revocation) bool { return r.At.Before(list[2].At) })
	wantSame(t, "Revocations since the last", late, read(roster.Revocation{At: list[2].At}, 10))
	if err := b.Locator.DropRevocations(t.Context(), list[2].At.Add(time.Millisecond)); err != nil {
		t.Fatalf("DropRevocations: %v", err)
	}
	wantSame(t, "Revocations after they were dropped", []roster.Revocation(nil), read(roster.Revocation{At: epoch()}, 10))
}

// appProbes show that nothing of a tenant can be reached by what belongs to none.
func appProbes() probes[Backend] {
	return probes[Backend]{
		"App": func(t *testing.T, x *stranger, b Backend) {
			_, err := b.Locator.App(t.Context(), tenant.AppID{UUID: x.owner.tenant.ID.UUID})
			wantKind(t, "App by the id of a tenant", roster.NotFound, err)
		},
		"Apps": func(t *testing.T, _ *stranger, b Backend) {
			list, err := b.Locator.Apps(t.Context())
			wantNone(t, "Apps", list, err)
		},
		"PutApp": func(t *testing.T, x *stranger, b Backend) {
			a := newApp()
			a.ID.UUID = x.owner.tenant.ID.UUID
			wantSame(t, "PutApp with the id of a tenant", error(nil), b.Locator.PutApp(t.Context(), a))
		},
		"SigningKeys": func(t *testing.T, _ *stranger, b Backend) {
			list, err := b.Locator.SigningKeys(t.Context())
			wantNone(t, "SigningKeys", list, err)
		},
		"AddSigningKey": func(t *testing.T, _ *stranger, b Backend) {
			wantSame(t, "AddSigningKey", error(nil), b.Locator.AddSigningKey(t.Context(), newSigningKey(1, "k")))
		},
		"DropSigningKeys": func(t *testing.T, _ *stranger, b Backend) {
			wantSame(t, "DropSigningKeys", error(nil), b.Locator.DropSigningKeys(t.Context(), 9))
		},
		"Revocations": func(t *testing.T, x *stranger, b Backend) {
			list, err := b.Locator.Revocations(t.Context(), tenant.AppID{UUID: x.owner.tenant.ID.UUID}, roster.Revocation{}, 10)
			wantNone(t, "Revocations", list, err)
		},
		"DropRevocations": func(t *testing.T, _ *stranger, b Backend) {
			wantSame(t, "DropRevocations", error(nil), b.Locator.DropRevocations(t.Context(), epoch()))
		},
	}
}
