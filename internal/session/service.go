package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// Service answers who a browser is.
type Service struct {
	Roster *roster.Roster
	Now    func() time.Time
	Log    *slog.Logger
	// Insecure says that people reach us by http, on this machine. The cookie has another name then and goes over it.
	Insecure bool
}

// NewToken makes a token for a session of a tenant: the text for the cookie, and the hash for the store.
func NewToken(id tenant.ID) (text string, hash [32]byte) {
	return secret.NewBound(id.UUID, secret.Session)
}

// FromRequest finds the live session of a request and notes its use. Unauthorized when the
// request bears none; the error says nothing of why. Other errors are the store's. It leaves the token as it
// is: whoever can set a cookie calls Resume instead.
func (s *Service) FromRequest(r *http.Request) (roster.LiveSession, error) {
	id, hash, err := s.token(r)
	if err != nil {
		return roster.LiveSession{}, nobody(err)
	}
	now := s.Now()
	l, err := s.Roster.Store.Reader(id).LiveSession(r.Context(), hash, now)
	if errors.Is(err, roster.NotFound) {
		return roster.LiveSession{}, nobody(err)
	}
	if err != nil {
		return roster.LiveSession{}, err
	}
	if now.Sub(l.Session.SeenAt) >= roster.SeenEvery {
		if err := s.Roster.TouchSession(r.Context(), id, l.Session.ID); err != nil { // the person is who they are all the same
			s.Log.WarnContext(r.Context(), "use of a session not noted", "tenant", id, "error", err)
		}
	}
	return l, nil
}

func nobody(err error) error {
	return &roster.Error{Kind: roster.Unauthorized, Detail: "You are not signed in, or your session has ended. Sign in.", Err: err}
}

// Resume is FromRequest for an answer that can set cookies: it gives the browser another
// token when the member's role has changed, and takes a cookie away that opens nothing any more.
func (s *Service) Resume(w http.ResponseWriter, r *http.Request) (roster.LiveSession, error) {
	l, err := s.FromRequest(r)
	switch {
	case errors.Is(err, roster.Unauthorized) && !errors.Is(err, errNone):
		s.Clear(w)
		return l, err
	case err != nil || !l.Rotate():
		return l, err
	}
	text, hash := NewToken(l.Tenant.ID)
	done, err := s.Roster.RotateSession(r.Context(), l, hash)
	if err != nil {
		return roster.LiveSession{}, err
	}
	if done {
		l.Session.Hash, l.Session.Role = hash, l.Member.Standing.Role
		s.SetCookie(w, text, l.Session)
	}
	return l, nil
}

// Bears returns what the request's cookie bears: the zero value when there is none, or several.
func (s *Service) Bears(r *http.Request) roster.BrowserToken {
	id, hash, err := s.token(r)
	if err != nil {
		return roster.BrowserToken{}
	}
	return roster.BrowserToken{Tenant: id, Hash: hash}
}

// SignedIn gives the browser the token of the session that has just begun, and ends those that it came with, of
// whatever tenants: a token that somebody planted is worth nothing afterwards (SECURITY X1). They are the request's, and the
// one that the browser bore when the sign-in began: the cookie stays away from what a provider's page posts.
func (s *Service) SignedIn(w http.ResponseWriter, r *http.Request, token string, l roster.Session, began roster.BrowserToken) error {
	s.SetCookie(w, token, l)
	mine, _, err := secret.ParseBound(token, secret.Session)
	if err != nil {
		return fmt.Errorf("read the new session's token: %w", err)
	}
	former := []roster.BrowserToken{s.Bears(r)}
	if began != former[0] {
		former = append(former, began)
	}
	var errs []error
	for _, t := range former {
		if t.Tenant.IsZero() || t.Hash == l.Hash {
			continue
		}
		who := l.Member
		if t.Tenant.UUID != mine { // who signs in at one tenant is not another one's to know
			who = roster.MemberID{}
		}
		_, err := s.Roster.EndSessions(r.Context(), by(t.Tenant, who), roster.SessionFilter{Token: t.Hash}, roster.EndReplaced)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// SignOut ends the session of a request, and takes the cookie away whatever happens. A request without a
// session is no error.
func (s *Service) SignOut(w http.ResponseWriter, r *http.Request) error {
	s.Clear(w)
	l, err := s.FromRequest(r)
	if errors.Is(err, roster.Unauthorized) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.Roster.EndSessions(r.Context(), by(l.Tenant.ID, l.Member.ID), roster.SessionFilter{Session: l.Session.ID}, roster.EndLogout)
	return err
}

// by is a person who speaks for themselves; zero: one whom the tenant does not know.
func by(id tenant.ID, m roster.MemberID) roster.Staff {
	a := roster.Actor{Source: roster.SourceSignIn}
	if !m.IsZero() {
		a.ID = m.String()
	}
	return roster.Staff{Tenant: id, Actor: a}
}

// List returns the person's own live sessions, newest first.
func (s *Service) List(ctx context.Context, l roster.LiveSession) ([]roster.Session, error) {
	page, err := s.Roster.Sessions(ctx, l.Tenant.ID, roster.SessionQuery{Filter: roster.SessionFilter{Member: l.Member.ID}})
	return page.Items, err
}

// End ends one of the person's own sessions. It returns how many ended: that of somebody else is none.
func (s *Service) End(ctx context.Context, l roster.LiveSession, id roster.SessionID) (int, error) {
	return s.Roster.EndSessions(ctx, by(l.Tenant.ID, l.Member.ID), roster.SessionFilter{Session: id, Member: l.Member.ID}, roster.EndRevoked)
}

// EndAll ends all of the person's own sessions, that of the request included.
func (s *Service) EndAll(ctx context.Context, l roster.LiveSession) (int, error) {
	return s.Roster.EndSessions(ctx, by(l.Tenant.ID, l.Member.ID), roster.SessionFilter{Member: l.Member.ID}, roster.EndRevoked)
}
