package oidc

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"rollcall/internal/outbound"
	"rollcall/internal/tenant"
)

// Problem is one thing that is wrong with a Config, in words for who set it up.
type Problem struct {
	Field  string // as in Config, in snake_case
	Detail string
}

// ConfigError is all that is wrong with a Config.
type ConfigError struct{ Problems []Problem }

// Error implements error. It holds no secret.
func (e *ConfigError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.Field + ": " + p.Detail
	}
	return "the connection can't be used: " + strings.Join(texts, "; ")
}

const (
	maxURL    = 2048
	maxField  = 512
	maxScopes = 30
)

// Check says whether a connection can be used: nil, or a *ConfigError that says what to change. It asks nobody.
func (c Config) Check() error {
	var found []Problem
	add := func(field, detail string) {
		if detail != "" {
			found = append(found, Problem{field, detail})
		}
	}
	add("id", unless(c.ID != "", "is missing"))
	add("issuer", c.checkIssuer())
	add("client_id", unless(sound(c.ClientID), "is missing, or is longer than 512 characters or holds unprintable ones"))
	add("client_secret", c.checkSecret())
	add("auth_method", unless(slices.Contains(AuthMethods(), c.Auth), "is none of client_secret_basic, client_secret_post, none"))
	add("redirect_url", checkURL(c.RedirectURL, c.AllowInsecureLoopback))
	add("response_mode", unless(c.Mode == "" || c.Mode == Query || c.Mode == FormPost, "is neither query nor form_post"))
	add("scopes", checkScopes(c.Scopes))
	add("vendor", unless(c.Vendor == "" || slices.Contains(Vendors(), c.Vendor), "is none of generic, entra, google, okta"))
	add("groups_claim", unless(c.GroupsClaim == "" || sound(c.GroupsClaim), "is longer than 512 characters or holds unprintable ones"))
	for _, a := range c.Algorithms {
		add("algorithms", unless(slices.Contains(Algorithms(), a), "may hold "+strings.Join(Algorithms(), ", ")+" and nothing else"))
	}
	for _, p := range c.checkVendor() {
		add(p.Field, p.Detail)
	}
	if found == nil {
		return nil
	}
	return &ConfigError{found}
}

func unless(good bool, detail string) string {
	if good {
		return ""
	}
	return detail
}

// sound says whether a text is there, short and of printable ASCII.
func sound(s string) bool {
	return s != "" && len(s) <= maxField && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func (c Config) checkIssuer() string {
	if detail := tenant.EverybodysIssuer(c.Issuer); detail != "" {
		return detail
	}
	if detail := checkURL(c.Issuer, c.AllowInsecureLoopback); detail != "" {
		return detail
	}
	return unless(!strings.Contains(c.Issuer, "?"), "must have no query")
}

func (c Config) checkSecret() string {
	if c.Auth == AuthNone {
		return unless(c.ClientSecret.IsZero(), "must be empty for a public client (auth_method none)")
	}
	if c.Auth == AuthAuto {
		return "" // without a secret it is a public client
	}
	return unless(!c.ClientSecret.IsZero(), "is missing; a public client has auth_method none")
}

func checkScopes(scopes []string) string {
	if len(scopes) > maxScopes {
		return "are too many"
	}
	for _, s := range scopes {
		if !sound(s) || strings.ContainsAny(s, `"\`) {
			return "are words of printable characters, one each (RFC 6749 §3.3)"
		}
		if s == "offline_access" {
			return "must not hold offline_access: sign-in needs no refresh token, and none should lie about"
		}
	}
	return ""
}

// checkURL says what is wrong with a URL that a provider is reached by, or a browser is sent to, as far as its
// text tells; the rest is found out when it is dialled. javascript: and data: are no https (O17).
func checkURL(raw string, loopback bool) string {
	if raw == "" {
		return "is missing"
	}
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxURL || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "is no URL of at most 2048 printable ASCII characters"
	}
	var here bool
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if a, err := netip.ParseAddr(host); err == nil {
		if here = a.Unmap().IsLoopback(); !here && !outbound.Public(a) {
			return "names an address that is not public"
		}
	} else {
		here = host == "localhost" || strings.HasSuffix(host, ".localhost")
	}
	switch {
	case here && !loopback:
		return "names this machine"
	case u.Scheme != "https" && (u.Scheme != "http" || !here):
		return "must begin with https://"
	case host == "" || u.User != nil || u.Fragment != "" || u.Opaque != "":
		return "must name a host, and have no user and no fragment"
	}
	return ""
}

func (c Config) checkVendor() []Problem {
	var found []Problem
	named, isEntra := tenant.EntraIssuer(c.Issuer)
	switch {
	case c.EntraTenant != "" && !tenant.IsEntraTenant(c.EntraTenant):
		found = append(found, Problem{"entra_tenant", "is no tenant id of Entra: 8-4-4-4-12 hexadecimal digits"})
	case c.EntraTenant != "" && named != "" && !strings.EqualFold(c.EntraTenant, named):
		found = append(found, Problem{"entra_tenant", "is another tenant than the one in the issuer"})
	case c.Vendor == Entra && !isEntra && c.EntraTenant == "":
		found = append(found, Problem{"entra_tenant", "is missing, and the issuer does not name it"})
	}
	if c.EntraDomainOwner && c.entraTenant() == "" {
		found = append(found, Problem{"entra_domain_owner", "is for connections to Entra that pin a tenant"})
	}
	if (c.Vendor == Google || c.Issuer == tenant.GoogleIssuer) && len(c.HostedDomains) == 0 {
		found = append(found, Problem{"hosted_domains", "is missing: without it anybody with a Google account could sign in"})
	}
	for _, d := range c.HostedDomains {
		if !sound(d) || !strings.Contains(d, ".") || strings.ContainsAny(d, "@/*:") {
			found = append(found, Problem{"hosted_domains", fmt.Sprintf("holds %q, which is no domain", clean(d, 100))})
		}
	}
	return found
}
