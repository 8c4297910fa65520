package roster

import (
	"time"

	"rollcall/internal/tenant"
)

// GrantID identifies what an app got within a session; it prints as gra_….
type GrantID struct{ tenant.UUID }

// NewGrantID makes an id that sorts by the given time.
func NewGrantID(now time.Time) GrantID { return GrantID{tenant.NewUUID(now)} }

// ParseGrantID reads gra_… or a UUID.
func ParseGrantID(s string) (GrantID, error) {
	u, err := tenant.Parse("gra", s)
	return GrantID{u}, err
}

// String returns the prefixed form.
func (id GrantID) String() string { return tenant.Format("gra", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id GrantID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *GrantID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseGrantID(string(b))
	return err
}

// AppGrant is what an app got within a session: a code, and the refresh tokens that
// came of it. It ends with the session, or before.
type AppGrant struct {
	ID          GrantID
	Session     SessionID
	Member      MemberID
	App         tenant.AppID
	Scopes      []string
	Nonce       string
	RedirectURI string
	// Challenge is the S256 code challenge (RFC 7636 §4.2).
	Challenge   string
	CodeHash    [32]byte
	CodeExpires time.Time
	CodeUsedAt  time.Time // zero: the app has not come for its tokens yet
	CreatedAt   time.Time
	EndedAt     time.Time // zero: it ends with its session
	EndReason   EndReason
}

// CodeLife is how long a code may be redeemed.
const CodeLife = 60 * time.Second

// RefreshToken is one of the tokens of a grant.
type RefreshToken struct {
	Hash      [32]byte
	Grant     GrantID
	IssuedAt  time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero: it is the current one
	Successor [32]byte  // the first token that replaced it
}

// RefreshGrace is how long a replaced refresh token is still answered, with another
// new one: a client that lost the answer, or that asked twice at once, asks again.
const RefreshGrace = 10 * time.Second

// LiveGrant is a grant that is good now, within a session that is.
type LiveGrant struct {
	LiveSession
	Grant AppGrant
	// Refresh is the refresh token that the grant was found by, if it was by one.
	Refresh RefreshToken
}

// Live says whether the grant opens anything at a time. A code is good until it is
// used or expires, a refresh token until it was replaced or expires.
func (l LiveGrant) Live(now time.Time) bool {
	if !l.LiveSession.Live(now) || !l.Grant.EndedAt.IsZero() {
		return false
	}
	if l.Refresh.IssuedAt.IsZero() {
		return true
	}
	return l.Refresh.UsedAt.IsZero() && now.Before(l.Refresh.ExpiresAt)
}

// GrantKey names a grant by exactly one of these.
type GrantKey struct {
	ID      GrantID
	Code    [32]byte // the hash of its code
	Refresh [32]byte // the hash of one of its refresh tokens
}

// LogoutNotice is a note to tell an app that a session ended in which the app had
// signed a member in (OpenID Connect Back-Channel Logout 1.0).
type LogoutNotice struct {
	Tenant  tenant.ID
	Session SessionID
	App     tenant.AppID
	Member  MemberID
	// Attempts counts the claims of the notice so far, this one included.
	Attempts int
	QueuedAt time.Time
}
