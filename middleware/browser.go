package middleware

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// flow is a sign-in under way.
type flow struct {
	state, nonce, verifier, back string
	until                        time.Time
}

// browserSession is a browser in which somebody is signed in. Its lock is held while its tokens are replaced.
type browserSession struct {
	mu      sync.Mutex
	person  Person
	access  string
	refresh string
	idToken string
	until   time.Time // of the access token
}

const (
	flowLife    = time.Hour
	maxFlows    = 10_000
	maxSessions = 100_000
)

func (g *Gate) cookie(name string) string {
	if strings.HasPrefix(g.RedirectURL, "https://") {
		return "__Host-" + name
	}
	return name
}

func (g *Gate) setCookie(w http.ResponseWriter, name, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure, unless it is http on this machine
		Name: g.cookie(name), Value: value, Path: "/", MaxAge: int(age / time.Second), HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(g.RedirectURL, "https://"),
	})
}

const (
	flowCookie    = "rollcall-flow"
	sessionCookie = "rollcall-app"
)

// Login sends the browser to Rollcall. The parameters organization, connection and login_hint of the request are
// passed on; return, a path of the application's, is where the person goes on afterwards.
func (g *Gate) Login(w http.ResponseWriter, r *http.Request) {
	f := flow{state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier(), back: local(r.FormValue("return")), until: g.Now().Add(flowLife)}
	key := rand.Text()
	g.mu.Lock()
	for k, old := range g.flows {
		if g.Now().After(old.until) || len(g.flows) >= maxFlows {
			delete(g.flows, k)
		}
	}
	g.flows[key] = f
	g.mu.Unlock()
	options := []oauth2.AuthCodeOption{oidc.Nonce(f.nonce), oauth2.S256ChallengeOption(f.verifier)}
	for _, name := range []string{"organization", "connection", "login_hint"} {
		if v := r.FormValue(name); v != "" {
			options = append(options, oauth2.SetAuthURLParam(name, v))
		}
	}
	g.setCookie(w, flowCookie, key, flowLife)
	http.Redirect(w, r, g.oauth.AuthCodeURL(f.state, options...), http.StatusSeeOther) //nolint:gosec // to Rollcall
}

// local is a path of this application, never another site's.
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}

// Callback takes the browser back from Rollcall.
func (g *Gate) Callback(w http.ResponseWriter, r *http.Request) {
	f, ok := g.takeFlow(w, r)
	q := r.URL.Query()
	if !ok || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(f.state)) != 1 || q.Get("iss") != g.Issuer { // RFC 9207 §2.4
		http.Error(w, "This sign-in was not begun here, or took too long. Start again.", http.StatusBadRequest)
		return
	}
	if code := q.Get("error"); code != "" {
		http.Error(w, "Rollcall did not sign you in: "+code, http.StatusForbidden)
		return
	}
	token, err := g.oauth.Exchange(g.client(r.Context()), q.Get("code"), oauth2.VerifierOption(f.verifier))
	if err != nil {
		g.Log.WarnContext(r.Context(), "a code was not redeemed", "error", err.Error())
		http.Error(w, "The sign-in could not be finished. Start again.", http.StatusBadGateway)
		return
	}
	s := &browserSession{}
	if err := g.fill(r.Context(), s, token, f.nonce); err != nil {
		g.Log.WarnContext(r.Context(), "tokens were refused", "error", err.Error())
		http.Error(w, "The sign-in could not be finished. Start again.", http.StatusBadGateway)
		return
	}
	key := rand.Text()
	g.mu.Lock()
	for k := range g.sessions {
		if len(g.sessions) < maxSessions {
			break
		}
		delete(g.sessions, k)
	}
	g.sessions[key] = s
	if old, err := r.Cookie(g.cookie(sessionCookie)); err == nil {
		delete(g.sessions, old.Value)
	}
	g.mu.Unlock()
	g.setCookie(w, sessionCookie, key, 30*24*time.Hour)
	http.Redirect(w, r, f.back, http.StatusSeeOther)
}

func (g *Gate) client(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, g.HTTP)
}

func (g *Gate) takeFlow(w http.ResponseWriter, r *http.Request) (flow, bool) {
	c, err := r.Cookie(g.cookie(flowCookie))
	if err != nil {
		return flow{}, false
	}
	g.setCookie(w, flowCookie, "", -time.Second)
	g.mu.Lock()
	defer g.mu.Unlock()
	f, ok := g.flows[c.Value]
	delete(g.flows, c.Value)
	return f, ok && g.Now().Before(f.until)
}

// fill takes what the token endpoint gave into a session.
func (g *Gate) fill(ctx context.Context, s *browserSession, token *oauth2.Token, nonce string) error {
	raw, _ := token.Extra("id_token").(string)
	id, err := g.ids.Verify(ctx, raw)
	if err != nil {
		return err //nolint:wrapcheck // the caller logs it
	}
	if nonce != "" && id.Nonce != nonce {
		return errors.New("the ID token has another nonce")
	}
	p, until, err := g.accessToken(ctx, token.AccessToken)
	if err != nil {
		return err
	}
	grant := p.Grant
	if err := id.Claims(&p); err != nil {
		return err //nolint:wrapcheck // the caller logs it
	}
	p.Grant = grant
	s.person, s.access, s.refresh, s.idToken, s.until = p, token.AccessToken, token.RefreshToken, raw, until
	return nil
}

// Browser lets signed-in browsers pass, and sends others to sign in: to Login, which must be at /login. Requests other than
// GET get 401 instead. Their tokens are replaced when they expire, so that role and groups are five minutes old
// at most.
func (g *Gate) Browser(next http.Handler) http.Handler {
	return new(http.CrossOriginProtection).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := g.browser(r)
		switch {
		case err == nil:
			next.ServeHTTP(w, with(r, p))
		case errors.Is(err, errUnavailable):
			unavailable(w)
		case r.Method == http.MethodGet:
			http.Redirect(w, r, "/login?return="+urlQuery(r.URL.RequestURI()), http.StatusSeeOther) //nolint:gosec // to ourselves
		default:
			http.Error(w, "Sign in first.", http.StatusUnauthorized)
		}
	}))
}

// browser finds who is signed in in a browser.
func (g *Gate) browser(r *http.Request) (Person, error) {
	c, err := r.Cookie(g.cookie(sessionCookie))
	if err != nil {
		return Person{}, errToken
	}
	g.mu.Lock()
	s := g.sessions[c.Value]
	g.mu.Unlock()
	if s == nil {
		return Person{}, errToken
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !g.Now().Before(s.until) {
		if err := g.renew(r.Context(), s); err != nil {
			return Person{}, err
		}
	}
	if err := g.alive(r.Context(), s.access, s.person); err != nil {
		return Person{}, err
	}
	return s.person, nil
}

// renew replaces a session's tokens.
func (g *Gate) renew(ctx context.Context, s *browserSession) error {
	token, err := g.oauth.TokenSource(g.client(ctx), &oauth2.Token{RefreshToken: s.refresh}).Token()
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && (refused.Response.StatusCode == http.StatusBadRequest || refused.Response.StatusCode == http.StatusUnauthorized) {
		return errToken
	}
	if err != nil {
		return errors.Join(errUnavailable, err)
	}
	return g.fill(ctx, s, token, "")
}
