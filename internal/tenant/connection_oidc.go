package tenant

// OIDCVendor is a product whose ID tokens need rules of their own.
type OIDCVendor string

// The vendors.
const (
	OIDCGeneric OIDCVendor = ""
	OIDCEntra   OIDCVendor = "entra"  // the tid claim is pinned
	OIDCGoogle  OIDCVendor = "google" // the hd claim is
)

// The ways in which we authenticate at a token endpoint (OpenID Connect Core 1.0 §9).
const (
	AuthBasic = "client_secret_basic"
	AuthPost  = "client_secret_post"
	AuthNone  = "none" // a public client: PKCE alone
)

// How a browser brings a provider's answer: in the URL, or in a form that the provider's page posts, so that the code
// stands in no list of visited pages (OAuth 2.0 Form Post Response Mode).
const (
	ModeQuery    = "query"
	ModeFormPost = "form_post"
)

// OIDCSettings are what an OIDC connection knows of its provider.
type OIDCSettings struct {
	Issuer   string `json:"issuer"` // to the letter
	ClientID string `json:"client_id"`
	// Secret is the client secret, sealed with the master key about the connection's id; none for a public client.
	Secret     []byte     `json:"secret,omitempty"`
	AuthMethod string     `json:"auth_method,omitempty"` // empty: what the provider's discovery document prefers
	Scopes     []string   `json:"scopes,omitempty"`      // beside openid; none: email and profile
	Vendor     OIDCVendor `json:"vendor,omitempty"`
	// EntraTenant is the tid claim that is pinned, a UUID in lower case.
	EntraTenant string `json:"entra_tenant,omitempty"`
	// EntraDomainOwner lets Entra's xms_edov claim stand for email_verified, which Entra does not send.
	EntraDomainOwner bool `json:"entra_domain_owner,omitempty"`
	// ResponseMode is how the browser brings the provider's answer: ModeQuery, ModeFormPost; empty: ModeQuery.
	ResponseMode string `json:"response_mode,omitempty"`
	// HostedDomains are those of which Google's hd claim must be one; none: not asked for.
	HostedDomains []string `json:"hosted_domains,omitempty"`
	// Algorithms are those that ID tokens may be signed with; none: the safe default.
	Algorithms []string `json:"algorithms,omitempty"`
}

// DefaultScopes are asked for beside openid where a connection names none.
func DefaultScopes() []string { return []string{"email", "profile"} }
