package roster

import (
	"encoding/json"
	"time"

	"rollcall/internal/tenant"
)

// ExchangeID names an entry of the provisioning log. Ids sort by the time of the request.
type ExchangeID struct{ tenant.UUID }

// String writes the prefixed form, exc_….
func (id ExchangeID) String() string { return tenant.Format("exc", id.UUID) }

// ParseExchangeID reads what String wrote, or a plain UUID.
func ParseExchangeID(s string) (ExchangeID, error) {
	u, err := tenant.Parse("exc", s)
	return ExchangeID{u}, err //nolint:wrapcheck // it says what is wrong
}

// MarshalText writes the prefixed form.
func (id ExchangeID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads either form.
func (id *ExchangeID) UnmarshalText(b []byte) error {
	u, err := ParseExchangeID(string(b))
	*id = u
	return err
}

// Exchange is an entry of the provisioning log: one request of a directory, its answer, and
// what it changed. It never holds secrets, and personal values only while the directory's
// settings ask for bodies.
type Exchange struct {
	ID        ExchangeID
	Directory tenant.DirectoryID
	At        time.Time // of the request, to the millisecond
	Status    int
	// Subject is the member or group that the request was about; zero: none, or a list.
	Subject tenant.UUID
	ExchangeDetails
}

// ExchangeDetails are what is kept of an exchange beside what it is looked up by.
type ExchangeDetails struct {
	RequestID string `json:"request_id,omitempty"`
	Method    string `json:"method"`
	// Route is the template, such as /Users/{id}; "unknown": none is served there.
	Route string `json:"route"`
	// Path is below the base URL, with what is neither a word of SCIM nor an id masked.
	Path  string `json:"path,omitempty"`
	Query string `json:"query,omitempty"` // decoded, the values of filters masked
	// ScimType, Code and Field are those of a refusal.
	ScimType  string          `json:"scim_type,omitempty"`
	Code      Code            `json:"code,omitempty"`
	Field     string          `json:"field,omitempty"`
	Took      time.Duration   `json:"took"`
	Received  int64           `json:"received,omitempty"` // bytes of the request's body
	Sent      int64           `json:"sent,omitempty"`     // bytes of the answer's body
	UserAgent string          `json:"user_agent,omitempty"`
	Vendor    tenant.Provider `json:"vendor,omitempty"` // as recognised; empty: not
	// Changes are the events that the request wrote.
	Changes []ExchangeChange `json:"changes,omitempty"`
	// Request and Answer are bodies, masked, at most some 8 KiB of each; empty: not kept.
	Request string `json:"request,omitempty"`
	Answer  string `json:"answer,omitempty"`
	// Bodies says that values are shown because the directory's settings ask for that.
	Bodies bool `json:"bodies,omitempty"`
}

// ExchangeChange is an event that an exchange wrote.
type ExchangeChange struct {
	Kind   EventKind       `json:"kind"`
	Member MemberID        `json:"member,omitzero"`
	Group  GroupID         `json:"group,omitzero"`
	Data   json.RawMessage `json:"data,omitempty"`
}

// Failed says whether the answer was an error.
func (e Exchange) Failed() bool { return e.Status >= 400 }

// Counts says whether the exchange counts as a failure of the directory. An error that tells a
// client what it asked for does not: a read or a repeated delete of what is gone, and a
// precondition that did not hold.
func (e Exchange) Counts() bool {
	switch e.Status {
	case 404:
		return e.Method != "GET" && e.Method != "HEAD" && e.Method != "DELETE" || e.Route == "unknown" //nolint:usestdlibvars // the domain has no net/http
	case 412:
		return false
	}
	return e.Failed()
}

// AuthFailure says why a request was not let in. Clients are never told which it was.
type AuthFailure string

// The ways of not being let in.
const (
	AuthNoToken AuthFailure = "no_token"        // no Authorization header, or none that holds a token
	AuthUnknown AuthFailure = "unknown_token"   // a token that nobody knows
	AuthExpired AuthFailure = "expired_token"   // the directory's, past its end
	AuthRevoked AuthFailure = "revoked_token"   // the directory's, revoked
	AuthElse    AuthFailure = "other_directory" // a token in force of another directory
	AuthEnded   AuthFailure = "directory_ended" // the directory is removed
)

// AuthFailures returns all kinds, in the order in which they are counted.
func AuthFailures() []AuthFailure {
	return []AuthFailure{AuthNoToken, AuthUnknown, AuthExpired, AuthRevoked, AuthElse, AuthEnded}
}
