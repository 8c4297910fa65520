package tenant

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// AppAuth is how an app shows that it is itself.
type AppAuth string

// The ways of an app to authenticate (RFC 6749 §2.3, OpenID Connect Core §9).
const (
	AppSecretAuth AppAuth = "secret"          // a client secret, in the Authorization header or the form
	AppKeyAuth    AppAuth = "private_key_jwt" // an assertion that a key of its own signed
	AppPublic     AppAuth = "none"            // it can keep no secret; PKCE alone binds the code to it
)

// AppStatus says whether an app may sign people in.
type AppStatus string

// The states of an app.
const (
	AppActive   AppStatus = "active"
	AppDisabled AppStatus = "disabled" // its people can't sign in, its tokens are inactive
	AppRemoved  AppStatus = "removed"
)

// App is a downstream application: an OpenID Connect client of ours. It belongs to
// no tenant: people of all tenants sign in to it.
type App struct {
	ID      AppID // its text is the client_id
	Name    string
	Status  AppStatus
	Auth    AppAuth
	Secrets []AppSecret
	// Keys is the app's public key set (RFC 7517 §5), for AppKeyAuth.
	Keys json.RawMessage
	// RedirectURIs and PostLogoutURIs are where browsers may be sent back to,
	// compared to the letter.
	RedirectURIs   []string
	PostLogoutURIs []string
	// BackchannelLogoutURI is where the app hears that a session ended (OpenID Connect
	// Back-Channel Logout 1.0 §2.2); empty: nowhere.
	BackchannelLogoutURI string
	Version              int64 // 1 at creation, one more with each change
	CreatedAt            time.Time
	ChangedAt            time.Time
}

// AppSecret is a client secret of an app, as it is stored.
type AppSecret struct {
	ID        AppSecretID `json:"id"`
	Hash      []byte      `json:"hash"` // SHA-256 of the secret
	Hint      string      `json:"hint"` // its last four characters, to tell it from others
	CreatedAt time.Time   `json:"created_at"`
	ExpiresAt time.Time   `json:"expires_at,omitzero"` // zero: it does not
}

// Usable says whether the secret counts at a time.
func (s AppSecret) Usable(now time.Time) bool {
	return s.ExpiresAt.IsZero() || now.Before(s.ExpiresAt)
}

const (
	// MaxAppSecrets is how many client secrets an app may have at once.
	MaxAppSecrets = 5
	maxAppURIs    = 50
	maxURI        = 2000
	maxAppName    = 200
)

// Check says what keeps an app from being one, or nil.
func (a App) Check() error {
	switch {
	case strings.TrimSpace(a.Name) == "" || len(a.Name) > maxAppName || hasControl(a.Name):
		return fmt.Errorf("an app has a name of up to %d bytes without control characters", maxAppName)
	case a.Auth != AppSecretAuth && a.Auth != AppKeyAuth && a.Auth != AppPublic:
		return errors.New("an app authenticates by secret, private_key_jwt or none")
	case len(a.RedirectURIs) == 0 || len(a.RedirectURIs) > maxAppURIs || len(a.PostLogoutURIs) > maxAppURIs:
		return fmt.Errorf("an app has 1 to %d redirect URIs, and up to as many for after a logout", maxAppURIs)
	case len(a.Secrets) > MaxAppSecrets:
		return fmt.Errorf("an app has up to %d client secrets", MaxAppSecrets)
	}
	if a.Auth == AppKeyAuth {
		if err := checkKeySet(a.Keys); err != nil {
			return err
		}
	} else if len(a.Keys) > 0 {
		return errors.New("a key set is for apps that authenticate by private_key_jwt")
	}
	for _, u := range slices.Concat(a.RedirectURIs, a.PostLogoutURIs) {
		if err := checkRedirectURI(u, a.Auth == AppPublic); err != nil {
			return err
		}
	}
	if a.BackchannelLogoutURI != "" {
		return checkBackchannelURI(a.BackchannelLogoutURI)
	}
	return nil
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// checkRedirectURI allows https, http on this machine for development, and for
// apps without a secret the schemes of their own that phones know (RFC 8252 §7.1).
func checkRedirectURI(raw string, public bool) error {
	u, err := parseURI(raw)
	if err != nil {
		return err
	}
	switch {
	case u.Scheme == "https" && u.Hostname() != "":
		return nil
	case u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	case public && strings.Contains(u.Scheme, ".") && u.Host == "":
		return nil
	}
	return fmt.Errorf("the redirect URI %q must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] alone, and apps without a secret may have a scheme such as com.example.app", clip(raw))
}

func checkBackchannelURI(raw string) error {
	u, err := parseURI(raw)
	if err != nil {
		return err
	}
	if u.Hostname() == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return fmt.Errorf("the back-channel logout URI %q must begin with https:// (http:// is for localhost, 127.0.0.1 and [::1] alone)", clip(raw))
	}
	return nil
}

// parseURI refuses what two parsers might read in two ways, because redirect URIs
// are compared as texts and then followed by browsers.
func parseURI(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme == "" || len(raw) > maxURI || hasControl(raw) || strings.ContainsAny(raw, " \\<>\"^`{|}"):
		return nil, fmt.Errorf("%q is not an absolute URI of up to %d characters", clip(raw), maxURI)
	case u.User != nil:
		return nil, fmt.Errorf("the URI %q holds a user name; leave it out", clip(raw))
	case strings.Contains(raw, "#"):
		return nil, fmt.Errorf("the URI %q holds a fragment; leave it out", clip(raw))
	case strings.Contains(raw, "*"):
		return nil, fmt.Errorf("the URI %q holds a wildcard; each URI is compared to the letter, so list them all", clip(raw))
	}
	return u, nil
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// SigningKey is a key that our issuer signs tokens with. Generations follow each
// other: the active one is the highest whose time has come.
type SigningKey struct {
	Generation int64  // 1 for the first
	ID         string // the kid: the thumbprint of the public key (RFC 7638)
	Algorithm  string // of JSON Web Algorithms (RFC 7518 §3.1)
	Public     []byte // the public key as a JSON Web Key
	Sealed     []byte // the private key in PKCS #8, sealed with the master key
	UseFrom    time.Time
	CreatedAt  time.Time
}
