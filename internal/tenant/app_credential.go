package tenant

import (
	"fmt"
	"slices"
	"time"
)

// AppCredentialID identifies a credential of an app for the JSON API; it prints as apc_….
type AppCredentialID struct{ UUID }

// ParseAppCredentialID reads apc_… or a UUID.
func ParseAppCredentialID(s string) (AppCredentialID, error) {
	u, err := Parse("apc", s)
	return AppCredentialID{u}, err
}

// String returns the prefixed form.
func (id AppCredentialID) String() string { return Format("apc", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id AppCredentialID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *AppCredentialID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseAppCredentialID(string(b))
	return err
}

// AppCredential lets an app use the JSON API. It is good while the app is active.
type AppCredential struct {
	ID     AppCredentialID
	App    AppID
	Label  string
	Scopes []string
	// Tenants are those that it sees; none: all.
	Tenants   []ID
	Hash      [32]byte
	Hint      string // the last four characters
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
	UsedAt    time.Time // to the minute; zero: never
	RevokedAt time.Time // zero: it is not
}

// Usable says whether it opens anything at a time, as far as it alone goes.
func (c AppCredential) Usable(now time.Time) bool {
	return c.RevokedAt.IsZero() && (c.ExpiresAt.IsZero() || now.Before(c.ExpiresAt))
}

// The bounds of credentials of the API.
const (
	MaxAppCredentials   = 20 // of an app, usable ones
	maxCredentialScopes = 50
	maxTenantsNamed     = 100
)

// Check says what keeps a credential from being one, or nil.
func (c AppCredential) Check() error {
	if err := CheckAPICredential(c.Label, c.Scopes); err != nil {
		return err
	}
	if len(c.Tenants) > maxTenantsNamed {
		return fmt.Errorf("a credential names up to %d tenants; leave them out for all", maxTenantsNamed)
	}
	return nil
}

// CheckAPICredential says what is wrong with the label and the scopes of a credential of the API, or nil.
func CheckAPICredential(label string, scopes []string) error {
	switch {
	case label == "" || len(label) > maxAppName || hasControl(label):
		return fmt.Errorf("a label has 1 to %d bytes without control characters", maxAppName)
	case len(scopes) == 0 || len(scopes) > maxCredentialScopes:
		return fmt.Errorf("a credential has 1 to %d scopes", maxCredentialScopes)
	case len(slices.Compact(slices.Sorted(slices.Values(scopes)))) != len(scopes):
		return fmt.Errorf("a scope is named twice")
	}
	return nil
}
