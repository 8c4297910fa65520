package acceptance

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const day = 24 * time.Hour

// certificate makes one that ends after a time.
func (g *gateway) certificate(life time.Duration) []byte {
	g.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		g.t.Fatal(err)
	}
	now := g.clock.Now()
	form := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "idp"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(life)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		g.t.Fatal(err)
	}
	return der
}

func (g *gateway) samlDraft(certificates ...[]byte) tenant.Connection {
	return tenant.Connection{
		ID: tenant.ConnectionID{UUID: tenant.NewUUID(g.clock.Now())}, Name: "Okta", Type: tenant.SAML, Status: tenant.ConnectionDraft,
		SAML: &tenant.SAMLSettings{
			IDPEntityID: "https://idp.example/entity", SSOURL: "https://idp.example/sso", SSOBinding: tenant.BindingRedirect,
			Certificates: certificates, MetadataURL: "https://idp.example/metadata",
		},
	}
}

func (a *account) connect(c tenant.Connection) tenant.Connection {
	a.g.t.Helper()
	out, err := a.g.roster.CreateConnection(a.g.t.Context(), a.admin, c)
	if err != nil {
		a.g.t.Fatalf("create connection: %v", err)
	}
	return out
}

func (a *account) config() tenant.Config {
	a.g.t.Helper()
	cfg, err := a.g.roster.Store.Reader(a.id).Config(a.g.t.Context())
	if err != nil {
		a.g.t.Fatalf("read the configuration: %v", err)
	}
	return cfg
}

func TestConnectionWithoutCertificateIsNotActivated_S12(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		bare := a.connect(g.samlDraft())
		_, err := g.roster.ActivateConnection(ctx, a.admin, bare.ID)
		refusal(t, err, roster.CodeNoCertificate)
		active := g.samlDraft()
		active.Status = tenant.ConnectionActive
		_, err = g.roster.CreateConnection(ctx, a.admin, active)
		refusal(t, err, roster.CodeNoCertificate)

		old := a.connect(g.samlDraft(g.certificate(time.Hour)))
		g.clock.advance(2 * time.Hour)
		_, err = g.roster.ActivateConnection(ctx, a.admin, old.ID)
		refusal(t, err, roster.CodeCertificateExpired)

		good := a.connect(g.samlDraft(g.certificate(day)))
		if c := do[tenant.Connection](t)(g.roster.ActivateConnection(ctx, a.admin, good.ID)); !c.Usable() || c.Version != 2 {
			t.Errorf("activated = %v, version %d", c.Status, c.Version)
		}
		_, err = g.roster.ChangeConnection(ctx, a.admin, good.ID, roster.ConnectionChange{Metadata: &tenant.PendingMetadata{
			IDPEntityID: "https://idp.example/entity", SSOURL: "https://idp.example/sso", SSOBinding: tenant.BindingRedirect,
		}})
		refusal(t, err, roster.CodeNoCertificate)
		for _, c := range a.config().Connections {
			if c.Usable() != (c.ID == good.ID) {
				t.Errorf("connection %s is %s", c.ID, c.Status)
			}
		}
	})
}

func TestConnectionDisabledOrRemovedIsNoLongerUsable_S40(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		c := a.connect(g.samlDraft(g.certificate(day)))
		do[tenant.Connection](t)(g.roster.ActivateConnection(ctx, a.admin, c.ID))
		do[tenant.Connection](t)(g.roster.DisableConnection(ctx, a.admin, c.ID))
		if got, ok := a.config().Connection(c.ID); !ok || got.Usable() || got.Testable() {
			t.Errorf("disabled: %v, %s", ok, got.Status)
		}
		do[tenant.Connection](t)(g.roster.RemoveConnection(ctx, a.admin, c.ID))
		if _, ok := a.config().Connection(c.ID); ok {
			t.Error("a removed connection is found")
		}
		if _, err := g.roster.ActivateConnection(ctx, a.admin, c.ID); err == nil {
			t.Error("a removed connection was activated")
		}
		if got := do[tenant.Connection](t)(g.roster.RestoreConnection(ctx, a.admin, c.ID)); got.Status != tenant.ConnectionDisabled {
			t.Errorf("restored: %s, want disabled", got.Status)
		}
		do[tenant.Connection](t)(g.roster.RemoveConnection(ctx, a.admin, c.ID))
		g.clock.advance(31 * day)
		if _, err := g.roster.RestoreConnection(ctx, a.admin, c.ID); err == nil {
			t.Error("restored after 31 days")
		}
		for event, want := range map[string]int{
			"connection.created": 1, "connection.activated": 1, "connection.disabled": 1, "connection.removed": 2, "connection.restored": 1,
		} {
			if n := a.count(event); n != want {
				t.Errorf("%d %s events, want %d", n, event, want)
			}
		}
	})
}

func TestConnectionRulesNeverMakeAnAdmin_S39(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		c := g.samlDraft(g.certificate(day))
		c.Mapping.Rules = []tenant.SignInRule{{Attribute: "groups", Value: "IT", Role: "admin"}}
		_, err := g.roster.CreateConnection(ctx, a.admin, c)
		refusal(t, err, roster.CodeAdminByMapping)
		c.Mapping.Rules = nil
		made := a.connect(c)
		for name, rules := range map[string][]tenant.SignInRule{
			"a role that is not there":  {{Attribute: "groups", Value: "x", Role: "king"}},
			"a group that is not there": {{Attribute: "groups", Value: "x", Group: tenant.NewUUID(g.clock.Now())}},
			"nothing":                   {{Attribute: "groups", Value: "x"}},
			"no attribute":              {{Value: "x", Role: "viewer"}},
		} {
			if _, err := g.roster.ChangeConnection(ctx, a.admin, made.ID, roster.ConnectionChange{Rules: &rules}); err == nil {
				t.Errorf("a rule with %s was taken", name)
			}
		}
		admin := []tenant.SignInRule{{Attribute: "groups", Value: "x", Role: "viewer"}, {Attribute: "groups", Value: "IT", Role: "admin"}}
		_, err = g.roster.ChangeConnection(ctx, a.admin, made.ID, roster.ConnectionChange{Rules: &admin})
		refusal(t, err, roster.CodeAdminByMapping)
		good := admin[:1]
		do[tenant.Connection](t)(g.roster.ChangeConnection(ctx, a.admin, made.ID, roster.ConnectionChange{Rules: &good}))
		if got, _ := a.config().Connection(made.ID); len(got.Mapping.Rules) != 1 {
			t.Errorf("rules = %v", got.Mapping.Rules)
		}
		roles := tenant.RoleSet{Name: "custom", Roles: []string{"admin", "guest"}}
		if _, err := g.roster.ChangeTenant(ctx, a.staff, roster.TenantChange{Roles: &roles}); err == nil {
			t.Error("the tenant lost a role that a rule gives")
		}
	})
}

func TestMetadataIsNeverSwappedSilently_S36(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		first, second := g.certificate(day), g.certificate(day)
		c := g.samlDraft(first)
		c.Status = tenant.ConnectionActive
		c = a.connect(c)
		see := func(m roster.SeenMetadata) tenant.Connection {
			t.Helper()
			m.IDPEntityID, m.SSOURL, m.SSOBinding = "https://idp.example/entity", "https://idp.example/sso", tenant.BindingRedirect
			m.Version = a.config().Connections[0].Version
			return do[tenant.Connection](t)(g.roster.SeeMetadata(ctx, a.staff, c.ID, m))
		}
		changed := tenant.PendingMetadata{Certificates: [][]byte{first, second}, Changes: []string{"a certificate is new"}}
		for range 3 { // told of once
			got := see(roster.SeenMetadata{PendingMetadata: changed})
			if len(got.SAML.Certificates) != 1 || got.SAML.Pending == nil {
				t.Fatalf("certificates in force = %d, pending %v", len(got.SAML.Certificates), got.SAML.Pending)
			}
		}
		if n := a.count("connection.metadata_changed"); n != 1 {
			t.Errorf("told of %d times, want 1", n)
		}
		got := do[tenant.Connection](t)(g.roster.AcceptMetadata(ctx, a.admin, c.ID))
		if len(got.SAML.Certificates) != 2 || got.SAML.Pending != nil {
			t.Errorf("accepted: %d certificates, pending %v", len(got.SAML.Certificates), got.SAML.Pending)
		}
		if _, err := g.roster.AcceptMetadata(ctx, a.admin, c.ID); err == nil {
			t.Error("accepted twice")
		}
		other := tenant.PendingMetadata{Certificates: [][]byte{g.certificate(day)}, Changes: []string{"all others"}, ByHand: true}
		see(roster.SeenMetadata{PendingMetadata: other})
		_, err := g.roster.AcceptMetadata(ctx, a.admin, c.ID)
		refusal(t, err, roster.CodeMetadataByHand)
		stale := roster.SeenMetadata{PendingMetadata: changed, Version: 1}
		if _, err := g.roster.SeeMetadata(ctx, a.staff, c.ID, stale); err == nil {
			t.Error("compared with settings that are no longer in force, and taken")
		}
		other.IDPEntityID, other.SSOURL, other.SSOBinding = "https://evil.example", "https://evil.example/sso", tenant.BindingRedirect
		_, err = g.roster.ChangeConnection(ctx, a.admin, c.ID, roster.ConnectionChange{Metadata: &other})
		refusal(t, err, roster.CodeOtherProvider)

		g.clock.advance(time.Hour)
		do[tenant.Connection](t)(g.roster.MissMetadata(ctx, a.staff, c.ID, "no answer"))
		if n := a.count("connection.metadata_failing"); n != 0 {
			t.Errorf("told of the first failure")
		}
		g.clock.advance(3 * day)
		for range 2 {
			do[tenant.Connection](t)(g.roster.MissMetadata(ctx, a.staff, c.ID, "no answer"))
		}
		if n := a.count("connection.metadata_failing"); n != 1 {
			t.Errorf("told of the failure %d times, want 1", n)
		}
	})
}

func TestCertificatesAreToldOfBeforeTheyEnd_S31(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.connect(g.samlDraft(g.certificate(40 * day)))
		for _, step := range []struct {
			later             time.Duration
			expiring, expired int
		}{{0, 0, 0}, {11 * day, 1, 0}, {0, 1, 0}, {day, 1, 0}, {15 * day, 2, 0}, {11 * day, 3, 0}, {3 * day, 3, 1}, {day, 3, 1}} {
			g.clock.advance(step.later)
			if err := g.roster.NoticeCertificates(t.Context()); err != nil {
				t.Fatal(err)
			}
			if e, x := a.count("connection.certificate_expiring"), a.count("connection.certificate_expired"); e != step.expiring || x != step.expired {
				t.Errorf("%v later: %d expiring, %d expired; want %d, %d", step.later, e, x, step.expiring, step.expired)
			}
		}
	})
}

func TestKeyOverlapsWhenItIsRotated(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		c := g.samlDraft(g.certificate(day))
		old := tenant.SealedKeyPair{Certificate: []byte("old"), PrivateKey: []byte("sealed"), SignsFrom: g.clock.Now()}
		c.SAML.Keys = []tenant.SealedKeyPair{old}
		c = a.connect(c)
		next := tenant.SealedKeyPair{Certificate: []byte("new"), PrivateKey: []byte("sealed")}
		c = do[tenant.Connection](t)(g.roster.RotateKey(ctx, a.admin, c.ID, next, 7*day))
		for _, step := range []struct {
			later time.Duration
			signs string
			live  int
		}{{0, "old", 2}, {8 * day, "new", 2}, {7 * day, "new", 1}} {
			g.clock.advance(step.later)
			now := g.clock.Now()
			k, ok := c.SAML.SigningKey(now)
			if !ok || string(k.Certificate) != step.signs || len(c.SAML.LiveKeys(now)) != step.live {
				t.Errorf("%v later %q signs and %d are live; want %q, %d", step.later, k.Certificate, len(c.SAML.LiveKeys(now)), step.signs, step.live)
			}
		}
	})
}
