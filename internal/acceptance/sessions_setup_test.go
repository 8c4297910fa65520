package acceptance

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"slices"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/tenant"
)

// signedIn is a member's browser, and what apps got of it.
type signedIn struct {
	a       *account
	session roster.Session
	cookie  string
	app     tenant.AppID
	refresh [32]byte
	grant   roster.AppGrant
}

const callback, verifier = "https://app.example/cb", "a-verifier-that-is-long-enough-for-rfc-7636"

func (g *gateway) sessions() *session.Service {
	return &session.Service{Roster: g.roster, Now: g.clock.Now, Log: slog.New(slog.DiscardHandler)}
}

// begin starts a session, as whoever decided on a sign-in does.
func (a *account) begin(id string, start roster.SessionStart) (roster.Session, string, error) {
	a.g.t.Helper()
	ctx := a.g.t.Context()
	text, hash := session.NewToken(a.id)
	start.Method, start.Hash, start.Client = roster.MethodSAML, hash, roster.Client{IP: "192.0.2.7", UserAgent: "Browser/1"}
	var out roster.Session
	err := a.g.roster.Store.Update(ctx, a.id, func(tx roster.Tx) error {
		m, err := tx.LockMember(ctx, roster.Scope{}, a.member(id))
		if err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		out, err = roster.StartSession(ctx, tx, cfg, m, start)
		return err
	})
	return out, text, err
}

// signIn starts a session and signs the person into an app.
func (a *account) signIn(id string) *signedIn {
	a.g.t.Helper()
	s := &signedIn{a: a, app: tenant.AppID{UUID: tenant.UUID{15: 1}}}
	var err error
	if s.session, s.cookie, err = a.begin(id, roster.SessionStart{Connection: tenant.ConnectionID{UUID: tenant.UUID{15: 9}}, Subject: id}); err != nil {
		a.g.t.Fatalf("start a session: %v", err)
	}
	code := s.code()
	s.refresh = newHash()
	g, err := a.g.roster.RedeemCode(a.g.t.Context(), a.id, roster.CodeExchange{
		Code: code, App: s.app, RedirectURI: callback, Verifier: verifier, Refresh: s.refresh,
	})
	if err != nil {
		a.g.t.Fatalf("redeem a code: %v", err)
	}
	s.grant = g.Grant
	return s
}

func newHash() [32]byte { return secret.NewToken(secret.Refresh).Hash() }

// code gives the app a code.
func (s *signedIn) code() [32]byte {
	s.a.g.t.Helper()
	sum := sha256.Sum256([]byte(verifier))
	hash := newHash()
	_, err := s.a.g.roster.StartGrant(s.a.g.t.Context(), s.a.id, roster.GrantStart{
		Session: s.session.ID, App: s.app, Scopes: []string{"openid"}, RedirectURI: callback, CodeHash: hash,
		Challenge: base64.RawURLEncoding.EncodeToString(sum[:]),
	})
	if err != nil {
		s.a.g.t.Fatalf("start a grant: %v", err)
	}
	return hash
}

// alive says what of it is: the cookie, the session by its id, the grant, a refresh.
func (s *signedIn) alive() []bool {
	s.a.g.t.Helper()
	ctx, rd, now := s.a.g.t.Context(), s.a.g.roster.Store.Reader(s.a.id), s.a.g.clock.Now()
	next := newHash()
	_, err := rd.LiveSession(ctx, s.session.Hash, now)
	_, err2 := rd.LiveSessionByID(ctx, s.session.ID, now)
	_, err3 := rd.LiveGrant(ctx, roster.GrantKey{ID: s.grant.ID}, now)
	_, err4 := s.a.g.roster.Refresh(ctx, s.a.id, roster.TokenRefresh{Token: s.refresh, App: s.app, Next: next})
	if err4 == nil {
		s.refresh = next
	}
	return []bool{err == nil, err2 == nil, err3 == nil, err4 == nil}
}

func (s *signedIn) want(name string, alive bool) {
	s.a.g.t.Helper()
	if got := s.alive(); slices.Contains(got, !alive) {
		s.a.g.t.Errorf("%s: cookie, id, grant and refresh are alive: %v, want all %v", name, got, alive)
	}
}

func (a *account) endReason(id roster.SessionID) roster.EndReason {
	a.g.t.Helper()
	return do[roster.Session](a.g.t)(a.g.roster.Store.Reader(a.id).Session(a.g.t.Context(), id)).EndReason
}

func wantCode(t *testing.T, what string, want roster.Code, err error) {
	t.Helper()
	if e, ok := errors.AsType[*roster.Error](err); !ok || e.Code != want {
		t.Errorf("%s = %v, want %s", what, err, want)
	}
}
