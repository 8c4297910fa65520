package session

import (
	"errors"
	"net/http"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// The names of the cookie. Browsers take the first from a secure page of this very host only, and for all of its
// paths, so that no neighbouring host can plant one (RFC 6265bis §4.1.3.2).
const (
	cookieName   = "__Host-rollcall"
	insecureName = "rollcall" // http on this machine, where browsers would refuse the first
)

// Why a request bears no token.
var (
	errNone  = errors.New("no session cookie")
	errMany  = errors.New("several session cookies") // somebody else put one of them there (SECURITY X6)
	errOther = errors.New("the session cookie was not made here")
)

func (s *Service) name() string {
	if s.Insecure {
		return insecureName
	}
	return cookieName
}

// token reads the cookie. Of several none is believed: the browser does not say which
// is ours.
func (s *Service) token(r *http.Request) (id tenant.ID, hash [32]byte, err error) {
	all := r.CookiesNamed(s.name())
	switch {
	case len(all) == 0:
		return id, hash, errNone
	case len(all) > 1:
		return id, hash, errMany
	}
	id.UUID, hash, err = secret.ParseBound(all[0].Value, secret.Session)
	if err != nil {
		return id, hash, errOther
	}
	return id, hash, nil
}

// SetCookie gives the browser a session's token until the session ends at the latest.
func (s *Service) SetCookie(w http.ResponseWriter, token string, l roster.Session) {
	s.write(w, token, max(1, int(l.ExpiresAt.Sub(s.Now())/time.Second)))
}

// Clear takes the cookie from the browser.
func (s *Service) Clear(w http.ResponseWriter) { s.write(w, "", -1) }

// write sets the cookie. Lax, because people come back from their identity provider, and from links,
// signed in; everything that changes something is guarded by CrossOriginProtection besides.
func (s *Service) write(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // it is Secure wherever people come by https
		Name: s.name(), Value: value, Path: "/", MaxAge: maxAge, Secure: !s.Insecure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
