package storagetest

import (
	"context"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// testConnections holds the stores to what sign-ins rely on.
func testConnections(t *testing.T, open opener) {
	check(t, open, []claim{
		{"a connection is kept whole", connectionWhole},
		{"a connection leads to its tenant", connectionLocated},
		{"a policy is kept whole", policyWhole},
	})
}

func (h *house) newConnection() tenant.Connection {
	return tenant.Connection{
		ID: tenant.ConnectionID{UUID: tenant.NewUUID(epoch())}, Name: "Login", Type: tenant.SAML, Status: tenant.ConnectionDraft,
		SAML: &tenant.SAMLSettings{
			IDPEntityID: "https://idp.example/metadata", SSOURL: "https://idp.example/sso", SSOBinding: tenant.BindingRedirect,
			Certificates: [][]byte{{1, 2}, {3}}, MetadataURL: "https://idp.example/metadata", ValidUntil: epoch(), CheckedAt: epoch(),
			Pending:      &tenant.PendingMetadata{IDPEntityID: "other", Certificates: [][]byte{{4}}, SeenAt: epoch(), Changes: []string{"a"}},
			NameIDFormat: "f", SignRequests: true, ForceAuthn: true, FailingSince: epoch(), Failure: "no answer", Told: map[string]int{"a": 30},
			Keys: []tenant.SealedKeyPair{{Certificate: []byte{5}, PrivateKey: []byte{6}, CreatedAt: epoch(), SignsFrom: epoch(), EndsAt: epoch()}},
		},
		Mapping: tenant.SignInMapping{
			Email: "mail", Groups: "memberOf", Rules: []tenant.SignInRule{
				{Attribute: "groups", Value: "x", Role: "user"}, {Attribute: "groups", Value: "y", Group: tenant.NewUUID(epoch())},
			},
		},
		Version: 1, CreatedAt: epoch(), ChangedAt: epoch(),
	}
}

func (h *house) putConnection(c tenant.Connection) {
	h.t.Helper()
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutConnection(ctx, c) })
}

func (h *house) addConnection() tenant.Connection {
	h.t.Helper()
	c := h.newConnection()
	h.putConnection(c)
	return c
}

func connectionWhole(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	c := h.newConnection()
	h.putConnection(c)
	wantSame(t, "connections", []tenant.Connection{c}, h.config().Connections)
	c.Status, c.TestedAt, c.Version, c.Mapping = tenant.ConnectionRemoved, epoch().Add(time.Minute), 2, tenant.SignInMapping{}
	c.RemovedAt, c.SAML.Pending = epoch(), nil
	other := tenant.Connection{
		ID: tenant.ConnectionID{UUID: tenant.NewUUID(epoch().Add(time.Hour))}, Name: "Other", Type: tenant.OIDC, Status: tenant.ConnectionActive,
		OIDC: &tenant.OIDCSettings{
			Issuer: "https://op.example", ClientID: "c", Secret: []byte{7}, AuthMethod: tenant.AuthPost, Scopes: []string{"email"},
			Vendor: tenant.OIDCEntra, EntraTenant: "t", HostedDomains: []string{"a.example"}, Algorithms: []string{"RS256"},
		},
		Version: 1, CreatedAt: epoch(), ChangedAt: epoch(),
	}
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.PutConnection(ctx, other); err != nil {
			return err
		}
		if err := tx.PutConnection(ctx, c); err != nil {
			return err
		}
		within, err := tx.Config(ctx)
		wantSame(t, "connections within the transaction", []tenant.Connection{c, other}, within.Connections)
		return err
	})
	cfg := h.config()
	wantSame(t, "connections after a change", []tenant.Connection{c, other}, cfg.Connections)
	_, found := cfg.Connection(c.ID)
	_, foundOther := cfg.Connection(other.ID)
	wantSame(t, "found", []bool{false, true}, []bool{found, foundOther})
}

func connectionLocated(t *testing.T, b Backend) {
	acme, other, none := newHouse(t, b, "acme"), newHouse(t, b, "other"), newHouse(t, b, "none")
	mine, theirs := acme.newConnection(), other.newConnection()
	acme.putConnection(mine)
	acme.putConnection(acme.newConnection())
	other.putConnection(theirs)
	for want, id := range map[tenant.ID]tenant.ConnectionID{acme.tenant.ID: mine.ID, other.tenant.ID: theirs.ID} {
		got, err := b.Locator.TenantOfConnection(t.Context(), id)
		wantSame(t, "TenantOfConnection", []any{want, error(nil)}, []any{got, err})
	}
	_, err := b.Locator.TenantOfConnection(t.Context(), tenant.ConnectionID{UUID: none.dir.ID.UUID})
	wantKind(t, "TenantOfConnection of what is none", roster.NotFound, err)
	want := []tenant.ID{acme.tenant.ID, other.tenant.ID}
	if compareUUID(want[0].UUID, want[1].UUID) > 0 {
		want[0], want[1] = want[1], want[0]
	}
	got, err := b.Locator.TenantsWithConnections(t.Context())
	wantSame(t, "TenantsWithConnections", []any{want, error(nil)}, []any{got, err})
}

func policyWhole(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	changed := h.tenant
	changed.Version = 2
	changed.Policy = tenant.Policy{
		SSO: tenant.SSOPolicy{Enforced: true, BreakGlass: []tenant.BreakGlass{
			{Member: tenant.NewUUID(epoch()), Reason: "the one with the key", Since: epoch(), Until: epoch()},
		}},
		Sessions: tenant.SessionPolicy{Idle: time.Hour, Life: 2 * time.Hour}, Contact: "help@acme.example",
	}
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutTenant(ctx, changed) })
	wantSame(t, "Config", changed, h.config().Tenant)
}

func connectionProbes(all probes[roster.Tx]) {
	all["PutConnection"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		stolen := x.login
		stolen.Name = "stolen"
		if err := tx.PutConnection(t.Context(), stolen); err != nil {
			t.Logf("PutConnection: %v", err)
		}
		got, err := x.Locator.TenantOfConnection(t.Context(), x.login.ID)
		wantSame(t, "TenantOfConnection", []any{x.owner.tenant.ID, error(nil)}, []any{got, err})
	}
}

func connectionLocatorProbes(all probes[Backend]) {
	all["TenantOfConnection"] = func(t *testing.T, x *stranger, b Backend) {
		// A browser names nothing but the connection.
		got, err := b.Locator.TenantOfConnection(t.Context(), x.login.ID)
		wantSame(t, "TenantOfConnection", []any{x.owner.tenant.ID, error(nil)}, []any{got, err})
	}
	all["TenantsWithConnections"] = func(*testing.T, *stranger, Backend) {} // ids alone, for the gateway's own jobs
}
