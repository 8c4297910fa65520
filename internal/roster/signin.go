package roster

import (
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// Method is how a person proved who they are.
type Method string

// The methods. Those behind Local need no identity provider.
const (
	MethodSAML     Method = "saml"
	MethodOIDC     Method = "oidc"
	MethodPassword Method = "password"
	MethodPasskey  Method = "passkey"
	MethodCode     Method = "email_code" // a code that was mailed to the address
)

func localMethods() []Method { return []Method{MethodPassword, MethodPasskey, MethodCode} }

// Local says whether the person proved who they are to the gateway itself, which an enforced SSO forbids.
func (m Method) Local() bool {
	return slices.Contains(localMethods(), m)
}

// Client is the browser behind a request, as far as it is worth keeping.
type Client struct {
	IP        string
	UserAgent string
	RequestID string
}

// LinkID identifies a link; it prints as lnk_….
type LinkID struct{ tenant.UUID }

// ParseLinkID reads lnk_… or a UUID.
func ParseLinkID(s string) (LinkID, error) {
	u, err := tenant.Parse("lnk", s)
	return LinkID{u}, err
}

// String returns the prefixed form.
func (id LinkID) String() string { return tenant.Format("lnk", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id LinkID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// Link ties a member to the key that an identity provider knows the person by. People are keyed by
// (connection, subject) from their first sign-in on; the address only leads to the first one. At most one
// live link has a connection and subject, and a member has at most one live link of a connection.
type Link struct {
	ID         LinkID
	Connection tenant.ConnectionID
	Subject    string // the NameID or sub claim, byte for byte
	Member     MemberID
	// Email is what the provider sent when the link was made.
	Email Email
	// Groups are those that the connection's mapping has put the member into. Only these does a later
	// sign-in take away.
	Groups    []GroupID
	CreatedAt time.Time
	SeenAt    time.Time // the last sign-in through it
	EndedAt   time.Time // zero: live
}

// Live says whether the link still leads to its member.
func (l Link) Live() bool { return l.EndedAt.IsZero() }

// JoinRequestID identifies a join request; it prints as req_….
type JoinRequestID struct{ tenant.UUID }

// ParseJoinRequestID reads req_… or a UUID.
func ParseJoinRequestID(s string) (JoinRequestID, error) {
	u, err := tenant.Parse("req", s)
	return JoinRequestID{u}, err
}

// String returns the prefixed form.
func (id JoinRequestID) String() string { return tenant.Format("req", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id JoinRequestID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// JoinRequestState says what became of a join request.
type JoinRequestState string

// The states of a join request.
//
//	(first sign-in) ──► pending ──► approved   the member is made at once
//	                       ├──────► declined   further sign-ins are refused for DeclinePeriod
//	                       └──────► withdrawn  the person came in another way
const (
	JoinPending   JoinRequestState = "pending"
	JoinApproved  JoinRequestState = "approved"
	JoinDeclined  JoinRequestState = "declined"
	JoinWithdrawn JoinRequestState = "withdrawn"
)

// JoinRequestStates returns all states.
func JoinRequestStates() []JoinRequestState {
	return []JoinRequestState{JoinPending, JoinApproved, JoinDeclined, JoinWithdrawn}
}

// DeclinePeriod is how long a declined request stands. A sign-in after it asks anew.
const DeclinePeriod = 14 * 24 * time.Hour

// JoinRequest is a person's wish to join, made by a first sign-in from a domain whose auto-join waits for
// an admin's approval. An address has at most one that is pending.
type JoinRequest struct {
	ID         JoinRequestID
	Connection tenant.ConnectionID
	Subject    string
	Email      Email
	Names      Names
	Role       string // that the connection's mapping named; empty: none
	State      JoinRequestState
	AskedAt    time.Time
	SeenAt     time.Time // the last sign-in that met it
	DecidedAt  time.Time
	DecidedBy  Actor
	Member     MemberID // that came of it; zero: none
}

// MailConnection stands in the join requests of people who proved their address by mail, where others name the
// connection that vouched. It is none, and nobody is linked by it.
func MailConnection() tenant.ConnectionID { return tenant.ConnectionID{UUID: tenant.UUID{15: 1}} }

// Names are what an identity provider calls a person.
type Names struct {
	First   string `json:"first_name,omitempty"`
	Last    string `json:"last_name,omitempty"`
	Display string `json:"display_name,omitempty"`
}
