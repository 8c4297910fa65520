package connect

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/sso/oidc"
	"rollcall/sso/saml"
)

// Service sets up connections. All fields but Discover are required. It is safe for concurrent use.
type Service struct {
	Roster *roster.Roster
	// Key seals private keys and client secrets.
	Key secret.Key
	// Fetch gets the document at a URL that an admin typed in; see package outbound.
	Fetch func(ctx context.Context, url, accept string) ([]byte, error)
	// Discover asks a provider of OIDC what it says of itself; nil: it is not asked.
	Discover  func(ctx context.Context, c oidc.Config) (oidc.Provider, error)
	PublicURL string
	Now       func() time.Time
}

// Local says that the gateway runs on this machine for itself: then providers on it may be spoken to without TLS, for
// demos and tests. No setting but the public URL makes it so.
func Local(publicURL string) bool {
	u, err := url.Parse(publicURL)
	if err != nil || u.Scheme != "http" {
		return false
	}
	host := u.Hostname()
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

// now is the time as it is stored.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// about is what the secrets of a connection are sealed about: copied to another connection, they do not open.
func about(id tenant.ConnectionID) []byte { return id.UUID[:] }

func invalid(field, detail string) error {
	return &roster.Error{Kind: roster.Invalid, Field: field, Detail: detail}
}

// refusal puts what the protocols' packages say into the words of the domain.
func refusal(field string, err error) error {
	if f, ok := errors.AsType[*saml.Failure](err); ok {
		return invalid(field, f.Detail)
	}
	if c, ok := errors.AsType[*oidc.ConfigError](err); ok && len(c.Problems) > 0 {
		p := c.Problems[0]
		return invalid(p.Field, "The value of "+strings.ReplaceAll(p.Field, "_", " ")+" "+p.Detail+".")
	}
	if f, ok := errors.AsType[*oidc.Failure](err); ok {
		return invalid(field, f.Detail)
	}
	return invalid(field, "It can't be used: "+err.Error()+".")
}
