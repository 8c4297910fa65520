package tenant

import (
	"slices"
	"time"
)

// CredentialKind says what a credential is and where it is shown.
type CredentialKind string

// The kinds of credentials.
const (
	// BearerToken is sent with each SCIM request.
	BearerToken CredentialKind = "token"
	// ClientSecret gets access tokens at the token endpoint (RFC 6749 §4.4).
	ClientSecret CredentialKind = "secret"
	// TrustedIssuer gets access tokens for what its issuer signs (RFC 7523). No secret is kept at all.
	TrustedIssuer CredentialKind = "trust"
)

// CredentialKinds returns all kinds.
func CredentialKinds() []CredentialKind {
	return []CredentialKind{BearerToken, ClientSecret, TrustedIssuer}
}

// Secret bounds how long a client secret is good for. Entra's gallery asks for one to three years.
const (
	SecretYears    = 1 // by default, and the least
	MaxSecretYears = 3
)

// How long access tokens live, in minutes. Entra's gallery asks for 60 to 360.
const (
	TokenMinutes    = 60 // by default, and the least
	MaxTokenMinutes = 360
)

// MaxLiveTokens is how many access tokens of one secret or trust are good at a time. A client that
// asks for more loses its oldest.
const MaxLiveTokens = 100

// Credential opens a directory, at once or by way of the token endpoint. The secret itself is not kept.
type Credential struct {
	ID        CredentialID
	Directory DirectoryID
	Kind      CredentialKind
	Label     string
	// Hash is the SHA-256 of the token or secret. Of a trust it is random bytes that nothing hashes to.
	Hash      [32]byte
	ExpiresAt time.Time // zero: never
	// LastUsedAt is zero for never, and kept to the minute. An access token counts as its secret or trust.
	LastUsedAt time.Time
	LastUsedBy string    // the product that used it last, as its User-Agent names it; may be empty
	RevokedAt  time.Time // zero: in force
	CreatedAt  time.Time
	// TokenMinutes is how long access tokens live that the credential gets; 0 for bearer tokens.
	TokenMinutes int
	// Trust is what a TrustedIssuer must show.
	Trust Trust
	// Noticed is the last notice of the expiry that was given: days ahead, NoticedExpired, or 0 for none.
	Noticed int
}

// Usable says whether the credential opens its directory at the given time.
func (c Credential) Usable(now time.Time) bool {
	return c.RevokedAt.IsZero() && (c.ExpiresAt.IsZero() || now.Before(c.ExpiresAt))
}

// AccessToken is a short-lived bearer token that a secret or a trust got at the token endpoint. It ends
// with the credential that got it, whatever its own expiry says.
type AccessToken struct {
	Hash       [32]byte
	Directory  DirectoryID
	Credential CredentialID // that got it
	ExpiresAt  time.Time
	CreatedAt  time.Time
}

// Token returns the access token that the credential gets now, which does not outlive it.
func (c Credential) Token(hash [32]byte, now time.Time) AccessToken {
	t := AccessToken{
		Hash: hash, Directory: c.Directory, Credential: c.ID, CreatedAt: now,
		ExpiresAt: now.Add(time.Duration(c.TokenMinutes) * time.Minute),
	}
	if !c.ExpiresAt.IsZero() && c.ExpiresAt.Before(t.ExpiresAt) {
		t.ExpiresAt = c.ExpiresAt
	}
	return t
}

// NoticedExpired stands in Credential.Noticed for the notice that the credential has expired.
const NoticedExpired = -1

// NoticeDays are how many days ahead an expiry is told of.
func NoticeDays() []int { return []int{60, 30, 14, 7, 1} }

const day = 24 * time.Hour

// Notice says which notice of its expiry the credential is due at the given time, with the days that
// are left, rounded up: one of NoticeDays or NoticedExpired. ok is false when none is due. Notices that
// were missed are not made up for, and those whose time had passed before the credential was made
// are not given.
func (c Credential) Notice(now time.Time) (notice, left int, ok bool) {
	if c.ExpiresAt.IsZero() || !c.RevokedAt.IsZero() || c.Noticed == NoticedExpired {
		return 0, 0, false
	}
	if !now.Before(c.ExpiresAt) {
		return NoticedExpired, 0, true
	}
	left = int((c.ExpiresAt.Sub(now) + day - 1) / day)
	for _, d := range slices.Backward(NoticeDays()) {
		from := c.ExpiresAt.Add(-time.Duration(d) * day)
		if now.Before(from) {
			continue
		}
		ok = from.After(c.CreatedAt) && (c.Noticed == 0 || d < c.Noticed)
		return d, left, ok
	}
	return 0, 0, false
}

// FirstNotice is how far ahead of an expiry the first notice may be due.
func FirstNotice() time.Duration { return time.Duration(slices.Max(NoticeDays())) * day }
