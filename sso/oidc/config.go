package oidc

import (
	"slices"
	"strings"

	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// AuthMethod is how the gateway proves to the token endpoint that it is the client (OpenID Connect Core §9).
type AuthMethod string

// The methods. AuthAuto takes what the provider advertises: basic where it can.
const (
	AuthAuto  AuthMethod = ""
	AuthBasic AuthMethod = "client_secret_basic"
	AuthPost  AuthMethod = "client_secret_post"
	AuthNone  AuthMethod = "none" // a public client: PKCE alone
)

// AuthMethods returns all methods.
func AuthMethods() []AuthMethod { return []AuthMethod{AuthAuto, AuthBasic, AuthPost, AuthNone} }

// ResponseMode is how the browser brings the answer back.
type ResponseMode string

// The modes. Fragments never reach a server and are not among them.
const (
	Query    ResponseMode = "query" // also what the empty mode means
	FormPost ResponseMode = "form_post"
)

// Vendor is the product behind an issuer, as far as it changes what is checked.
type Vendor string

// The vendors. The rules of Entra hold for its issuers whatever the vendor says.
const (
	Generic Vendor = "generic" // also what the empty vendor means
	Entra   Vendor = "entra"
	Google  Vendor = "google"
	Okta    Vendor = "okta"
)

// Vendors returns all vendors.
func Vendors() []Vendor { return []Vendor{Generic, Entra, Google, Okta} }

// Config is one connection. Check says whether it can be used; Begin and Finish refuse one that can't.
type Config struct {
	// ID is the connection's; caches and what is kept of a sign-in belong to it.
	ID string
	// Issuer is the provider's, to the letter: discovery document and tokens must repeat it.
	Issuer       string
	ClientID     string
	ClientSecret secret.Text
	Auth         AuthMethod
	// Scopes are asked for beside openid; nil: profile and email.
	Scopes []string
	// RedirectURL is the connection's own callback, so that a code of one provider can't come in at another's.
	RedirectURL string
	Mode        ResponseMode
	Vendor      Vendor

	// EntraTenant is the tid that tokens must bear; empty: the one in Entra's issuer.
	EntraTenant string
	// EntraDomainOwner lets Entra's claim xms_edov stand for email_verified, which Entra does not send: it says
	// that the owner of the address's domain was verified. Off by default: an admin has to want it.
	EntraDomainOwner bool
	// HostedDomains are those of which Google's hd claim must name one; required for Google.
	HostedDomains []string

	// Algorithms are those that signatures may have, of Algorithms(); nil: all of these. Never taken from
	// discovery.
	Algorithms []string
	// GroupsClaim names the claim that holds groups; empty: groups. Setting it asks the userinfo endpoint where
	// the ID token has no such claim.
	GroupsClaim string
	// AllowInsecureLoopback takes http and addresses of this machine, for the demonstration and for tests.
	AllowInsecureLoopback bool
}

// Algorithms returns the signature algorithms that can be allowed: asymmetric ones with SHA-256 or more. HS256
// and its kin are not among them, for their key is what the client knows, and none is not.
func Algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

func (c Config) algorithms() []string {
	if len(c.Algorithms) == 0 {
		return Algorithms()
	}
	return c.Algorithms
}

// scopes returns what is asked for, openid first and each once.
func (c Config) scopes() []string {
	asked := c.Scopes
	if asked == nil {
		asked = []string{"profile", "email"}
	}
	all := []string{"openid"}
	for _, s := range asked {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

func (c Config) groupsClaim() string {
	if c.GroupsClaim == "" {
		return "groups"
	}
	return c.GroupsClaim
}

func (c Config) asksGroups() bool {
	return c.GroupsClaim != "" || slices.Contains(c.Scopes, "groups")
}

// entraTenant is the tid that is pinned, in lower case; empty where the issuer is not Entra's.
func (c Config) entraTenant() string {
	if c.EntraTenant != "" {
		return strings.ToLower(c.EntraTenant)
	}
	named, _ := tenant.EntraIssuer(c.Issuer)
	return named
}
