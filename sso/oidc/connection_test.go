package oidc

import (
	"testing"

	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// TestConfigOf: what a connection's settings can hold is understood here.
func TestConfigOf(t *testing.T) {
	t.Parallel()
	for _, vendor := range []tenant.OIDCVendor{tenant.OIDCGeneric, tenant.OIDCEntra, tenant.OIDCGoogle} {
		for _, method := range []string{"", tenant.AuthBasic, tenant.AuthPost, tenant.AuthNone} {
			hidden := secret.NewText(clientSecret)
			if method == tenant.AuthNone {
				hidden = secret.Text{}
			}
			s := tenant.OIDCSettings{Issuer: "https://idp.example", ClientID: "rollcall", AuthMethod: method, Vendor: vendor}
			if vendor == tenant.OIDCEntra {
				s.EntraTenant, s.EntraDomainOwner = guid, true
			}
			if vendor == tenant.OIDCGoogle {
				s.HostedDomains = []string{"corp.example"}
			}
			c, ok := ConfigOf(tenant.Connection{OIDC: &s}, hidden, "https://rollcall.example", false)
			if err := c.Check(); !ok || err != nil {
				t.Errorf("%s by %q: %v", vendor, method, err)
			}
		}
	}
	if _, ok := ConfigOf(tenant.Connection{SAML: &tenant.SAMLSettings{}}, secret.Text{}, "https://rollcall.example", false); ok {
		t.Error("a SAML connection speaks OIDC")
	}
}
