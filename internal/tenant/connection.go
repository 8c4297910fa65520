package tenant

import (
	"strings"
	"time"
)

// ConnectionType is the protocol that a connection speaks.
type ConnectionType string

// The protocols.
const (
	SAML ConnectionType = "saml"
	OIDC ConnectionType = "oidc"
)

// ConnectionStatus says whether people may sign in through a connection.
type ConnectionStatus string

// The states of a connection.
const (
	ConnectionDraft    ConnectionStatus = "draft"    // being set up: test sign-ins only
	ConnectionActive   ConnectionStatus = "active"   // people sign in
	ConnectionDisabled ConnectionStatus = "disabled" // nobody does, not even those who are on their way back
	ConnectionRemoved  ConnectionStatus = "removed"  // as good as unknown; can be undone for 30 days
)

// Connection is one SAML or OIDC sign-in connection of a tenant. Exactly one of SAML and OIDC is set, as Type says.
type Connection struct {
	ID     ConnectionID
	Name   string
	Type   ConnectionType
	Status ConnectionStatus
	SAML   *SAMLSettings
	OIDC   *OIDCSettings
	// Mapping says which attributes or claims mean what, and what roles and groups they give.
	Mapping SignInMapping
	// TestedAt is when a test sign-in last passed with the settings as they are; zero: never. A change of what
	// signatures and identities rest on sets it back.
	TestedAt  time.Time
	Version   int64
	CreatedAt time.Time
	ChangedAt time.Time
	RemovedAt time.Time
}

// Usable says whether people may sign in through the connection.
func (c Connection) Usable() bool { return c.Status == ConnectionActive }

// Testable says whether a test sign-in may go through the connection.
func (c Connection) Testable() bool {
	return c.Status == ConnectionActive || c.Status == ConnectionDraft
}

// ConnectionID identifies a connection; it prints as con_…. URLs carry the plain UUID, as those of directories do.
type ConnectionID struct{ UUID }

// String returns the prefixed form.
func (id ConnectionID) String() string { return Format("con", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id ConnectionID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *ConnectionID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseConnectionID(string(b))
	return err
}

// ParseConnectionID reads the prefixed form or a UUID.
func ParseConnectionID(s string) (ConnectionID, error) {
	u, err := Parse("con", s)
	return ConnectionID{u}, err
}

// SSOPrefix stands before the id in the paths of a connection.
const SSOPrefix = "/sso/"

// ConnectionURLs are what an identity provider is told of a connection, and where people go.
type ConnectionURLs struct {
	EntityID string // of ours, for SAML; the same as Metadata
	Metadata string
	ACS      string // SAML: where responses are posted to
	Redirect string // OIDC: where the browser comes back
	Login    string // begins a sign-in
	Logout   string // OIDC: where the provider posts logout tokens
}

// URLs are the connection's own under the gateway's public URL. They differ from connection to connection, so that
// what was meant for one is of no use at another.
func (id ConnectionID) URLs(public string) ConnectionURLs {
	base := strings.TrimRight(public, "/") + SSOPrefix + id.UUID.UUID()
	return ConnectionURLs{
		EntityID: base + "/metadata", Metadata: base + "/metadata", ACS: base + "/acs", Redirect: base + "/callback",
		Login: base + "/login", Logout: base + "/logout",
	}
}

// SignInMapping names the attributes (SAML) or claims (OIDC) that are read; an empty name means the well-known ones.
type SignInMapping struct {
	Email       string `json:"email,omitempty"`
	FirstName   string `json:"first_name,omitempty"`
	LastName    string `json:"last_name,omitempty"`
	DisplayName string `json:"display_name,omitempty"`
	Groups      string `json:"groups,omitempty"`
	// Rules give roles and groups at every sign-in, in this order.
	Rules []SignInRule `json:"rules,omitempty"`
}

// SignInRule gives a role, a group or both to whom the identity provider says a value of. The first rule that fits and
// names a role wins; the groups of all that fit are given. Values are compared to the letter.
type SignInRule struct {
	Attribute string `json:"attribute"`
	Value     string `json:"value"`
	Role      string `json:"role,omitempty"` // never the admin role
	Group     UUID   `json:"group,omitzero"` // a group that no directory manages
}
