package acceptance

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/internal/connect"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// fetch answers with what the test has put at a URL.
func (g *gateway) fetch(_ context.Context, url, _ string) ([]byte, error) {
	if doc, ok := g.site[url]; ok {
		return doc, nil
	}
	return nil, errors.New("no answer")
}

// metadata is a provider's document.
func metadata(entity, more string, certificates ...[]byte) []byte {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID=%q%s>
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">`, entity, more)
	for _, der := range certificates {
		_, _ = fmt.Fprintf(&b, `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>`+
			`<ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`, base64.StdEncoding.EncodeToString(der))
	}
	_, _ = fmt.Fprint(&b, `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/post"/>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>
</md:IDPSSODescriptor></md:EntityDescriptor>`)
	return []byte(b.String())
}

const (
	idpEntity = "https://idp.example/metadata"
	idpURL    = "https://idp.example/metadata.xml"
)

// byURL makes a connection from metadata at a URL.
func (a *account) byURL(certificates ...[]byte) tenant.Connection {
	a.g.t.Helper()
	a.g.site = map[string][]byte{idpURL: metadata(idpEntity, "", certificates...)}
	c, _, err := a.g.connect.CreateSAML(a.g.t.Context(), a.admin, connect.SAMLDraft{Name: "Okta", Metadata: connect.Metadata{URL: idpURL}})
	if err != nil {
		a.g.t.Fatalf("create a SAML connection: %v", err)
	}
	return c
}

func TestRefreshKeepsWhatIsInForce_S36(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		first, second := g.certificate(365*day), g.certificate(365*day)
		c := a.byURL(first)
		now := g.clock.Now()
		for _, step := range []struct {
			name, changed string // a part of what is said
			doc           []byte
			byHand        bool
		}{
			{"the same", "", metadata(idpEntity, "", first), false},
			{"one more certificate", "certificate_added", metadata(idpEntity, "", first, second), false},
			{"other certificates only", "certificate_added", metadata(idpEntity, "", second), true},
			{"another entity id", "entity_id", metadata("https://evil.example", "", first), true},
			{"the same again", "", metadata(idpEntity, "", first), false},
		} {
			g.site[idpURL] = step.doc
			got := do[tenant.Connection](t)(g.connect.Refresh(ctx, a.staff, a.config().Connections[0]))
			set := got.SAML
			if len(set.Certificates) != 1 || !bytes.Equal(set.Certificates[0], first) || set.IDPEntityID != idpEntity || set.Failure != "" {
				t.Fatalf("%s: swapped: %s, %d certificates, %s", step.name, set.IDPEntityID, len(set.Certificates), set.Failure)
			}
			if step.changed == "" {
				if set.Pending != nil {
					t.Errorf("%s: pending %v", step.name, set.Pending.Changes)
				}
				continue
			}
			if set.Pending == nil || !strings.Contains(strings.Join(set.Pending.Changes, " "), step.changed) || set.Pending.ByHand != step.byHand {
				t.Errorf("%s: pending %+v", step.name, set.Pending)
			}
		}
		g.site[idpURL] = metadata(idpEntity, fmt.Sprintf(" validUntil=%q", now.Add(-time.Hour).UTC().Format(time.RFC3339)), second)
		for _, broken := range [][]byte{g.site[idpURL], []byte("<!DOCTYPE x><x/>"), nil} {
			if g.site[idpURL] = broken; broken == nil {
				delete(g.site, idpURL)
			}
			got := do[tenant.Connection](t)(g.connect.Refresh(ctx, a.staff, a.config().Connections[0]))
			if got.SAML.Failure == "" || !bytes.Equal(got.SAML.Certificates[0], first) {
				t.Errorf("broken metadata: failure %q", got.SAML.Failure)
			}
		}
		if n := a.count("connection.metadata_changed"); n != 3 {
			t.Errorf("told of %d changes, want 3", n)
		}
		if got := a.config().Connections[0]; got.ID != c.ID || !got.Usable() {
			t.Errorf("connection = %s, %s", got.ID, got.Status)
		}
	})
}

func TestRefreshDropsCertificatesThatAreGone_S30(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		old, next := g.certificate(365*day), g.certificate(365*day)
		a.byURL(old, next)
		g.site[idpURL] = metadata(idpEntity, "", next)
		got := do[tenant.Connection](t)(g.connect.Refresh(ctx, a.staff, a.config().Connections[0]))
		if len(got.SAML.Certificates) != 1 || !bytes.Equal(got.SAML.Certificates[0], next) || got.SAML.Pending != nil {
			t.Errorf("%d certificates, pending %v; want the new one alone", len(got.SAML.Certificates), got.SAML.Pending)
		}
		if n := a.count("connection.metadata_changed"); n != 1 {
			t.Errorf("told of %d times, want 1", n)
		}
	})
}

func TestMetadataIsLookedAtOnceADay(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.byURL(g.certificate(365 * day))
		removed := a.byURL(g.certificate(365 * day))
		do[tenant.Connection](t)(g.roster.RemoveConnection(t.Context(), a.admin, removed.ID))
		for _, step := range []struct {
			later time.Duration
			want  int
		}{{time.Hour, 0}, {18 * time.Hour, 0}, {6 * time.Hour, 1}, {time.Hour, 0}, {24 * time.Hour, 1}} {
			g.clock.advance(step.later)
			if n, err := g.connect.RefreshDue(t.Context()); n != step.want || err != nil {
				t.Errorf("%v later: looked at %d, %v; want %d", step.later, n, err, step.want)
			}
		}
	})
}

// TestSlowMetadataHoldsUpNobody_S35: a provider that hardly answers keeps no other's metadata from being looked at.
func TestSlowMetadataHoldsUpNobody_S35(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		slow, quick := g.tenant("acme"), g.tenant("bolt")
		slow.byURL(g.certificate(365 * day))
		g.clock.advance(time.Hour)
		doc := metadata(idpEntity, "", g.certificate(365*day))
		g.site = map[string][]byte{"https://quick.example/m": doc}
		do[tenant.Connection](t)(first(g.connect.CreateSAML(t.Context(), quick.admin, connect.SAMLDraft{Name: "quick", Metadata: connect.Metadata{URL: "https://quick.example/m"}})))
		g.clock.advance(25 * time.Hour)
		asked := make(chan struct{})
		g.connect.Fetch = func(ctx context.Context, url, _ string) ([]byte, error) {
			if url != idpURL {
				close(asked)
				return doc, nil
			}
			select {
			case <-asked: // it answers when the other one has been asked, and not before
				return nil, errors.New("no answer")
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		if n, err := g.connect.RefreshDue(t.Context()); n != 2 || err != nil {
			t.Errorf("looked at %d, %v; want 2", n, err)
		}
		if c := slow.config().Connections[0]; c.SAML.Failure == "" {
			t.Error("the one that did not answer is not marked")
		}
	})
}

func first(c tenant.Connection, _ []string, err error) (tenant.Connection, error) { return c, err }

func TestConnectionSecretsAreSealedAndNeverShown_O22(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		const hush, next = "hush-client-secret", "next-client-secret"
		made := g.must(http.StatusCreated, "POST", "/tenants/acme/connections", object{
			"type": "oidc", "issuer": "https://op.example", "client_id": "rollcall", "client_secret": hush,
		})
		path := "/tenants/acme/connections/" + made.get("id")
		changed := g.must(http.StatusOK, "PATCH", path, object{"client_secret": next, "scopes": []string{"email"}})
		for _, r := range []reply{made, changed, g.must(http.StatusOK, "GET", path, nil), g.must(http.StatusOK, "GET", "/tenants/acme/events", nil)} {
			if strings.Contains(r.text, hush) || strings.Contains(r.text, next) {
				t.Errorf("a secret is shown: %s", r.text)
			}
		}
		c := a.config().Connections[0]
		if bytes.Contains(c.OIDC.Secret, []byte(next)) || len(c.OIDC.Secret) == 0 {
			t.Errorf("the stored secret is %q", c.OIDC.Secret)
		}
		config, err := g.connect.OIDC(c)
		if err != nil || config.ClientSecret.Reveal() != next || strings.Contains(fmt.Sprintf("%+v %#v", config, config), next) {
			t.Errorf("opened: %v, %v", config.ClientSecret.Reveal() == next, err)
		}
		saml := a.byURL(g.certificate(365 * day))
		opened, err := g.connect.SAML(saml)
		if err != nil || len(opened.Keys) != 1 {
			t.Fatalf("SAML = %d keys, %v", len(opened.Keys), err)
		}
		stolen := c
		stolen.ID = saml.ID // what is sealed about one connection does not open for another
		if _, err := g.connect.OIDC(stolen); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("a secret of another connection: %v", err)
		}
		rotated := do[tenant.Connection](t)(g.connect.RotateKey(ctx, a.admin, saml.ID, 0))
		after, err := g.connect.SAML(rotated)
		if err != nil || len(after.Keys) != 1 || after.Keys[0].String() == opened.Keys[0].String() {
			t.Errorf("after a rotation at once: %v, %v", after.Keys, err)
		}
	})
}
