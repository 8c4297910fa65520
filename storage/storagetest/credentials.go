package storagetest

import (
	"context"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// testCredentials holds the stores to what clients of a token endpoint rely on.
func testCredentials(t *testing.T, open opener) {
	check(t, open, []claim{
		{"a credential is kept whole", credentialWhole},
		{"an access token opens what its credential does", accessTokenOpens},
		{"an access token ends with its credential", accessTokenEnds},
		{"a client has so many access tokens at a time", accessTokensBounded},
		{"old access tokens are dropped", accessTokensDropped},
		{"trusted issuers are found by directory", trustsFound},
		{"tenants with something to expire are found", expiringFound},
	})
}

// addClient puts a client secret whose hash begins with the byte.
func (h *house) addClient(first byte) tenant.Credential {
	h.t.Helper()
	c := tenant.Credential{
		ID: tenant.CredentialID{UUID: tenant.NewUUID(epoch())}, Directory: h.dir.ID, Kind: tenant.ClientSecret, Label: "client",
		Hash: [32]byte{first}, ExpiresAt: epoch().AddDate(200, 0, 0), CreatedAt: epoch(), TokenMinutes: 60,
	}
	h.putCredential(c)
	return c
}

// addAccessToken puts a token that was made so many seconds after the epoch and lives a hundred years.
func (h *house) addAccessToken(c tenant.Credential, first byte, seconds int) tenant.AccessToken {
	h.t.Helper()
	at := epoch().Add(time.Duration(seconds) * time.Second)
	a := tenant.AccessToken{
		Hash: [32]byte{first, byte(seconds), byte(seconds >> 8)}, Directory: c.Directory, Credential: c.ID,
		ExpiresAt: at.AddDate(100, 0, 0), CreatedAt: at,
	}
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutAccessToken(ctx, a) })
	return a
}

func aTrust() tenant.Trust {
	return tenant.Trust{
		Issuer: "https://issuer.example", Subject: "svc", Application: "app", EntraTenant: "tid", Audiences: []string{"a", "b"},
		KeysURL: "https://issuer.example/keys", MaxMinutes: 120, Reusable: true, Direct: true,
	}
}

func credentialWhole(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	for i, c := range []tenant.Credential{
		{Kind: tenant.ClientSecret, TokenMinutes: 90, LastUsedAt: epoch(), LastUsedBy: "Browser", Noticed: 30},
		{Kind: tenant.TrustedIssuer, TokenMinutes: 60, Trust: aTrust()},
		{Kind: tenant.TrustedIssuer, TokenMinutes: 60, Trust: tenant.Trust{Issuer: "i", Subject: "s", Keys: []byte(`{"keys":[]}`)}},
		{Kind: tenant.BearerToken, ExpiresAt: epoch().AddDate(1, 0, 0), Noticed: tenant.NoticedExpired, RevokedAt: epoch()},
	} {
		c.ID, c.Directory, c.Hash = tenant.CredentialID{UUID: tenant.NewUUID(epoch())}, h.dir.ID, [32]byte{byte(i + 1)}
		c.Label, c.CreatedAt = "label", epoch()
		h.putCredential(c)
		g, err := b.Locator.Credential(t.Context(), h.dir.ID, c.Hash)
		wantSame(t, "the credential", []any{c, error(nil)}, []any{g.Credential, err})
	}
}

func (h *house) accessGrant(b Backend, a tenant.AccessToken) (roster.Grant, error) {
	h.t.Helper()
	return b.Locator.AccessToken(h.t.Context(), a.Directory, a.Hash)
}

func accessTokenOpens(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	c := h.addClient(1)
	a := h.addAccessToken(c, 2, 1)
	want := c
	want.Hash, want.ExpiresAt = a.Hash, a.ExpiresAt
	g, err := h.accessGrant(b, a)
	wantSame(t, "AccessToken", []any{roster.Grant{Tenant: h.tenant, Directory: h.dir, Credential: want}, error(nil)}, []any{g, err})
	other := h.addDirectory("other")
	for name, look := range map[string]struct {
		id   tenant.DirectoryID
		hash [32]byte
	}{"elsewhere": {other.ID, a.Hash}, "another": {h.dir.ID, [32]byte{9}}, "the secret itself": {h.dir.ID, c.Hash}} {
		_, err := b.Locator.AccessToken(t.Context(), look.id, look.hash)
		wantKind(t, "AccessToken "+name, roster.NotFound, err)
	}
	_, err = b.Locator.Credential(t.Context(), h.dir.ID, a.Hash)
	wantKind(t, "an access token as a credential", roster.NotFound, err)
	for _, hash := range [][32]byte{c.Hash, a.Hash} {
		known, err := b.Locator.KnowsCredential(t.Context(), hash)
		wantSame(t, "KnowsCredential of what is no bearer token", []any{false, error(nil)}, []any{known, err})
	}
	stray := a
	stray.Hash, stray.Credential.UUID = [32]byte{8}, tenant.NewUUID(epoch())
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutAccessToken(ctx, stray) })
	_, err = h.accessGrant(b, stray)
	wantKind(t, "a token of no credential", roster.NotFound, err)
}

func accessTokenEnds(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	c := h.addClient(1)
	a := h.addAccessToken(c, 2, 1)
	if g, err := h.accessGrant(b, a); err != nil || !g.Credential.Usable(epoch()) {
		t.Fatalf("AccessToken at first = %+v, %v", g.Credential, err)
	}
	c.ExpiresAt = epoch().Add(time.Hour)
	h.putCredential(c)
	g, err := h.accessGrant(b, a)
	wantSame(t, "the end when the secret ends earlier", []any{c.ExpiresAt, error(nil)}, []any{g.Credential.ExpiresAt, err})
	c.RevokedAt = epoch()
	h.putCredential(c)
	if g, err = h.accessGrant(b, a); err != nil || g.Credential.Usable(epoch()) {
		t.Errorf("the token is good although its secret was revoked: %+v, %v", g.Credential, err)
	}
	removed := h.dir
	removed.Version, removed.Status, removed.RemovedAt = 2, tenant.DirectoryRemoved, epoch()
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutDirectory(ctx, removed) })
	g, err = h.accessGrant(b, a)
	wantSame(t, "the directory of the token", []any{removed, error(nil)}, []any{g.Directory, err})
}

func accessTokensBounded(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	c, other := h.addClient(1), h.addClient(2)
	elsewhere := h.addAccessToken(other, 3, 1)
	var all []tenant.AccessToken
	for i := range tenant.MaxLiveTokens + 2 {
		all = append(all, h.addAccessToken(c, 4, i+1))
	}
	for i, a := range all {
		_, err := h.accessGrant(b, a)
		if gone := i < 2; gone != (err != nil) {
			t.Errorf("token %d: %v", i, err)
		}
	}
	if _, err := h.accessGrant(b, elsewhere); err != nil {
		t.Errorf("another client's token: %v", err)
	}
}

func accessTokensDropped(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	c := h.addClient(1)
	early, late := h.addAccessToken(c, 2, 1), h.addAccessToken(c, 2, 2)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DropAccessTokens(ctx, early.ExpiresAt) })
	_, err := h.accessGrant(b, early)
	wantKind(t, "a token that was dropped", roster.NotFound, err)
	if _, err := h.accessGrant(b, late); err != nil {
		t.Errorf("the other one: %v", err)
	}
}

func trustsFound(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	h.addClient(1)
	made := tenant.Credential{
		ID: tenant.CredentialID{UUID: tenant.NewUUID(epoch())}, Directory: h.dir.ID, Kind: tenant.TrustedIssuer,
		Hash: [32]byte{2}, CreatedAt: epoch(), TokenMinutes: 60, Trust: aTrust(),
	}
	h.putCredential(made)
	list, err := b.Locator.Trusts(t.Context(), h.dir.ID)
	wantSame(t, "Trusts", []any{[]roster.Grant{{Tenant: h.tenant, Directory: h.dir, Credential: made}}, error(nil)}, []any{list, err})
	made.RevokedAt = epoch()
	h.putCredential(made)
	list, err = b.Locator.Trusts(t.Context(), h.dir.ID)
	wantNone(t, "Trusts when it is revoked", list, err)
	list, err = b.Locator.Trusts(t.Context(), tenant.DirectoryID{UUID: tenant.NewUUID(epoch())})
	wantNone(t, "Trusts of no directory", list, err)
}

func expiringFound(t *testing.T, b Backend) {
	acme, other := newHouse(t, b, "acme"), newHouse(t, b, "other")
	c := acme.addClient(1)
	c.ExpiresAt = epoch().AddDate(0, 0, 30)
	acme.putCredential(c)
	a := other.addAccessToken(other.addClient(2), 3, 1)
	never := epoch().AddDate(-1, 0, 0)
	want := func(what string, credentials, tokens time.Time, want ...tenant.ID) {
		t.Helper()
		got, err := b.Locator.Expiring(t.Context(), credentials, tokens)
		wantSame(t, what, []any{want, error(nil)}, []any{got, err})
	}
	want("nothing", never, never)
	want("a credential", c.ExpiresAt, never, acme.tenant.ID)
	want("a token", never, a.ExpiresAt, other.tenant.ID)
	want("both", c.ExpiresAt, a.ExpiresAt, acme.tenant.ID, other.tenant.ID)
	c.Noticed = tenant.NoticedExpired
	acme.putCredential(c)
	want("what was told of", c.ExpiresAt, never)
}

func credentialTxProbes(all probes[roster.Tx]) {
	all["PutAccessToken"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		forged := tenant.AccessToken{
			Hash: [32]byte{202}, Directory: x.owner.dir.ID, Credential: x.client.ID, ExpiresAt: epoch().AddDate(200, 0, 0), CreatedAt: epoch(),
		}
		if err := tx.PutAccessToken(t.Context(), forged); err != nil {
			t.Logf("PutAccessToken: %v", err)
		}
		if _, err := x.Locator.AccessToken(t.Context(), x.owner.dir.ID, forged.Hash); err == nil {
			t.Error("a token of the stranger opens the owner's directory")
		}
	}
	all["DropAccessTokens"] = func(t *testing.T, _ *stranger, tx roster.Tx) {
		if err := tx.DropAccessTokens(t.Context(), epoch().AddDate(300, 0, 0)); err != nil {
			t.Errorf("DropAccessTokens: %v", err)
		}
	}
}

func accessTokenProbe(t *testing.T, x *stranger, b Backend) {
	_, err := b.Locator.AccessToken(t.Context(), x.dir.ID, [32]byte{201, 1})
	wantKind(t, "AccessToken of another tenant's directory", roster.NotFound, err)
	if _, err := b.Locator.AccessToken(t.Context(), x.owner.dir.ID, [32]byte{201, 1}); err != nil {
		t.Errorf("AccessToken of its own directory: %v", err)
	}
}

func trustsProbe(t *testing.T, x *stranger, b Backend) {
	list, err := b.Locator.Trusts(t.Context(), x.dir.ID)
	wantNone(t, "Trusts", list, err)
}
