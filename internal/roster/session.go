package roster

import (
	"time"

	"rollcall/internal/tenant"
)

// SessionID identifies a session; it prints as ses_…. Apps see its UUID as sid.
type SessionID struct{ tenant.UUID }

// NewSessionID makes an id that sorts by the given time.
func NewSessionID(now time.Time) SessionID { return SessionID{tenant.NewUUID(now)} }

// ParseSessionID reads ses_… or a UUID.
func ParseSessionID(s string) (SessionID, error) {
	u, err := tenant.Parse("ses", s)
	return SessionID{u}, err
}

// String returns the prefixed form.
func (id SessionID) String() string { return tenant.Format("ses", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id SessionID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *SessionID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseSessionID(string(b))
	return err
}

// maxUserAgent bounds what is kept of a browser's name for itself, in bytes.
const maxUserAgent = 256

// Session is a browser in which a member is signed in.
type Session struct {
	ID         SessionID
	Member     MemberID
	Method     Method
	Connection tenant.ConnectionID // that vouched; zero: none did
	Subject    string              // whom the connection calls the member
	IDPSession string              // SAML's SessionIndex or OpenID Connect's sid; may be empty
	// Hash is the SHA-256 of the cookie's token. It changes when the token does, see LiveSession.Rotate.
	Hash [32]byte
	// Role is what the member was when the token was made.
	Role string
	// AuthTime is when the identity provider says that the person proved who they are.
	AuthTime  time.Time
	CreatedAt time.Time
	// SeenAt is when the session was last used, to the minute.
	SeenAt    time.Time
	ExpiresAt time.Time     // whatever happens
	Idle      time.Duration // how long it may rest
	Client    Client
	EndedAt   time.Time // zero: nobody ended it
	EndReason EndReason
}

// Deadline is when the session ends by itself unless it is used before.
func (s Session) Deadline() time.Time {
	if idle := s.SeenAt.Add(s.Idle); idle.Before(s.ExpiresAt) {
		return idle
	}
	return s.ExpiresAt
}

// EndReason says why a session or a grant ended. Names never change their meaning.
type EndReason string

// The reasons. A new one is added here and to docs/sessions.md.
const (
	EndLogout          EndReason = "logout"           // the person signed out
	EndReplaced        EndReason = "replaced"         // the same browser signed in anew
	EndIDPLogout       EndReason = "idp_logout"       // the identity provider said that the person signed out there
	EndRevoked         EndReason = "revoked"          // the person, an admin or the operator ended it
	EndAccessLost      EndReason = "access_lost"      // the member was turned off, removed, or lost what access rests on
	EndEmailChanged    EndReason = "email_changed"    // the address that signed in is not the member's any more
	EndTenantSuspended EndReason = "tenant_suspended" // nobody of the tenant has access
	EndConnection      EndReason = "connection_ended" // the connection was disabled or removed
	EndDomainMoved     EndReason = "domain_moved"     // another tenant proved the domain of the address
	EndSSORequired     EndReason = "sso_required"     // the tenant asks for another method now
	EndPassword        EndReason = "password_changed" // a new password was set, or the person's factors were
	EndExpired         EndReason = "expired"          // its time was over
	EndCodeReused      EndReason = "code_reused"      // of a grant: its code came twice
	EndTokenReused     EndReason = "token_reused"     // of a grant: a refresh token came that had been replaced
	EndAppRemoved      EndReason = "app_removed"      // of a grant: the app may sign nobody in any more
)

// BrowserToken is what a browser's cookie bears: the hash of a session's token, and the tenant that it was made
// for. Whether it opens anything is not said. The zero value is none.
type BrowserToken struct {
	Tenant tenant.ID `json:"tenant"`
	Hash   [32]byte  `json:"hash"`
}

// LiveSession is a session that is good now, and whose it is.
type LiveSession struct {
	Tenant  tenant.Tenant
	Session Session
	Member  Member
	// Former says that it was found by the token before the current one, which is good for
	// RotationGrace after the current one was made.
	Former bool
}

// Rotate says that the cookie must get another token, because the member's role is
// not the one that the token was given for (SECURITY X1).
func (l LiveSession) Rotate() bool { return !l.Former && l.Session.Role != l.Member.Standing.Role }

// RotationGrace is how long the token before the current one is good: requests that
// were under way when it was replaced bear it still.
const RotationGrace = 10 * time.Second

// SeenEvery is how exactly the last use of a session is known.
const SeenEvery = time.Minute

// Live says whether the session opens anything at a time: neither it nor what it rests
// on has ended. The tenant's policy counts as it is now, so that a shorter one bites at once.
func (l LiveSession) Live(now time.Time) bool {
	s := l.Session
	if l.Tenant.Status != tenant.Active || l.Member.Standing.State != StateActive || l.Member.Removed() || !s.EndedAt.IsZero() {
		return false
	}
	idle, life := l.Tenant.Policy.Sessions.Periods()
	return now.Before(s.Deadline()) && now.Before(s.SeenAt.Add(idle)) && now.Before(s.CreatedAt.Add(life))
}
