package oidc

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

func good() Config {
	return Config{
		ID: "con_1", Issuer: "https://idp.example", ClientID: "rollcall", ClientSecret: secret.NewText(clientSecret),
		RedirectURL: "https://rollcall.example/sso/con_1/callback",
	}
}

const guid = "11111111-2222-3333-4444-555555555555"

// TestCheck_O7_O16_O17: what can't work, or would let strangers in, can't be set up.
func TestCheck_O7_O16_O17(t *testing.T) {
	t.Parallel()
	entra := "https://login.microsoftonline.com/"
	for _, tt := range []struct {
		name   string
		change func(*Config)
		field  string // that has a problem; empty: none
		text   string // part of what is said
	}{
		{"good", func(*Config) {}, "", ""},
		{"O7 /common", func(c *Config) { c.Issuer = entra + "common/v2.0" }, "issuer", "tenant id"},
		{"O7 /Organizations", func(c *Config) { c.Issuer = entra + "Organizations/v2.0" }, "issuer", "every organisation"},
		{"O7 /consumers", func(c *Config) { c.Issuer = entra + "consumers/v2.0" }, "issuer", "every organisation"},
		{"O7 /common, vendor generic", func(c *Config) { c.Issuer, c.Vendor = entra+"common/v2.0", Generic }, "issuer", "every organisation"},
		{"O7 /common of another cloud", func(c *Config) { c.Issuer = "https://login.microsoftonline.us/common/v2.0" }, "issuer", "every organisation"},
		{"O7 the template", func(c *Config) { c.Issuer = entra + "{tenantid}/v2.0" }, "issuer", "template"},
		{"O7 the template of version 1", func(c *Config) { c.Issuer = "https://sts.windows.net/{TenantId}/" }, "issuer", "template"},
		{"O7 personal accounts", func(c *Config) { c.Issuer = entra + "9188040d-6c67-4c5b-b112-36a304b66dad" + "/v2.0" }, "issuer", "personal accounts"},
		{"O7 a domain in place of the tenant", func(c *Config) { c.Issuer = entra + "corp.example/v2.0" }, "issuer", "no tenant id"},
		{"O7 a tenant's own", func(c *Config) { c.Issuer, c.Vendor = entra+guid+"/v2.0", Entra }, "", ""},
		{"O7 another pin than the issuer's", func(c *Config) { c.Issuer, c.EntraTenant = entra+guid+"/v2.0", "9188040d-6c67-4c5b-b112-36a304b66dad" }, "entra_tenant", "another tenant"},
		{"O7 Entra behind another issuer without a pin", func(c *Config) { c.Vendor = Entra }, "entra_tenant", "missing"},
		{"O7 a pin that is none", func(c *Config) { c.EntraTenant = "corp.example" }, "entra_tenant", "no tenant id"},
		{"the domain owner without Entra", func(c *Config) { c.EntraDomainOwner = true }, "entra_domain_owner", "pin"},
		{"Google without domains", func(c *Config) { c.Vendor = Google }, "hosted_domains", "anybody"},
		{"Google's issuer without domains", func(c *Config) { c.Issuer = tenant.GoogleIssuer }, "hosted_domains", "anybody"},
		{"Google", func(c *Config) { c.Issuer, c.HostedDomains = tenant.GoogleIssuer, []string{"corp.example"} }, "", ""},
		{"Google with an address", func(c *Config) { c.Vendor, c.HostedDomains = Google, []string{"ann@corp.example"} }, "hosted_domains", "no domain"},
		{"O16 http", func(c *Config) { c.Issuer = "http://idp.example" }, "issuer", "https"},
		{"O16 http on this machine", func(c *Config) { c.Issuer = "http://127.0.0.1:1234" }, "issuer", "this machine"},
		{"O16 http on this machine, allowed", func(c *Config) { c.Issuer, c.AllowInsecureLoopback = "http://127.0.0.1:1234", true }, "", ""},
		{"O16 http elsewhere, although this machine is allowed", func(c *Config) { c.Issuer, c.AllowInsecureLoopback = "http://idp.example", true }, "issuer", "https"},
		{"O16 https on this machine", func(c *Config) { c.Issuer = "https://localhost" }, "issuer", "this machine"},
		{"O16 a private address", func(c *Config) { c.Issuer = "https://10.0.0.1" }, "issuer", "not public"},
		{"O16 cloud metadata", func(c *Config) { c.Issuer = "https://169.254.169.254" }, "issuer", "not public"},
		{"O17 javascript:", func(c *Config) { c.Issuer = "javascript:alert(1)" }, "issuer", "https"},
		{"O17 data:", func(c *Config) { c.Issuer = "data:text/html,x" }, "issuer", "https"},
		{"a query", func(c *Config) { c.Issuer = "https://idp.example?x=y" }, "issuer", "query"},
		{"a fragment", func(c *Config) { c.Issuer = "https://idp.example#x" }, "issuer", "fragment"},
		{"a user", func(c *Config) { c.Issuer = "https://idp.example@evil.example" }, "issuer", "user"},
		{"no issuer", func(c *Config) { c.Issuer = "" }, "issuer", "missing"},
		{"no client", func(c *Config) { c.ClientID = "" }, "client_id", "missing"},
		{"no secret for basic", func(c *Config) { c.ClientSecret, c.Auth = secret.Text{}, AuthBasic }, "client_secret", "missing"},
		{"a secret for none", func(c *Config) { c.Auth = AuthNone }, "client_secret", "empty"},
		{"a public client", func(c *Config) { c.ClientSecret = secret.Text{} }, "", ""},
		{"another method", func(c *Config) { c.Auth = "private_key_jwt" }, "auth_method", "none of"},
		{"HS256", func(c *Config) { c.Algorithms = []string{"RS256", "HS256"} }, "algorithms", "nothing else"},
		{"alg none", func(c *Config) { c.Algorithms = []string{"none"} }, "algorithms", "nothing else"},
		{"offline_access", func(c *Config) { c.Scopes = []string{"offline_access"} }, "scopes", "refresh"},
		{"two scopes in one", func(c *Config) { c.Scopes = []string{"a b"} }, "scopes", "words"},
		{"fragment mode", func(c *Config) { c.Mode = "fragment" }, "response_mode", "form_post"},
		{"another vendor", func(c *Config) { c.Vendor = "acme" }, "vendor", "none of"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := good()
			tt.change(&c)
			err := c.Check()
			wrong, ok := errors.AsType[*ConfigError](err)
			switch {
			case tt.field == "" && err != nil:
				t.Errorf("Check = %v, want nothing", err)
			case tt.field == "":
			case !ok || !slices.ContainsFunc(wrong.Problems, func(p Problem) bool { return p.Field == tt.field && strings.Contains(p.Detail, tt.text) }):
				t.Errorf("Check = %v, want a problem of %s with %q", err, tt.field, tt.text)
			}
			if strings.Contains(fmt.Sprint(err), clientSecret) {
				t.Errorf("Check shows the client secret: %v", err)
			}
		})
	}
}

// TestUnusableConnection: Begin, Finish and VerifyLogout refuse what Check refuses, and ask nobody.
func TestUnusableConnection_O7(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	bad := r.config
	bad.Issuer = "https://login.microsoftonline.com/common/v2.0"
	_, err := r.rp.Begin(t.Context(), bad, Ask{})
	wantCode(t, "Begin", err, CodeConfig)
	_, err = r.rp.Finish(t.Context(), bad, Kept{}, Callback{})
	wantCode(t, "Finish", err, CodeConfig)
	_, err = r.rp.VerifyLogout(t.Context(), bad, "")
	wantCode(t, "VerifyLogout", err, CodeConfig)
	_, err = r.rp.Discover(t.Context(), bad)
	wantCode(t, "Discover", err, CodeConfig)
}
