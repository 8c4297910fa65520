package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"rollcall/internal/issuer"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/storage/shortlived"
)

// signingKeys are those of the issuer.
func (p *program) signingKeys(key secret.Key) *issuer.Keys {
	return &issuer.Keys{Store: p.db, Key: key, Now: p.now}
}

// issuer makes the door by which apps sign people in.
func (p *program) issuer(r *roster.Roster, store roster.Store, key secret.Key, publicURL string, who *session.Service, pages issuer.Pages, log *slog.Logger) (*issuer.Door, error) {
	return issuer.New(issuer.Config{
		Roster: r, Store: store, Locator: p.db, Sessions: who, Pages: pages, Pending: pending{p.short}, Keys: p.signingKeys(key),
		Issuer: publicURL, Login: loginPath, RequestID: web.RequestID, Guesses: appGuesses{p.short}, Log: log, Now: p.now,
		FirstTime: func(ctx context.Context, id string, ttl time.Duration) (bool, error) {
			return p.short.FirstTime(ctx, shortlived.Key{Use: "app_assertion", Name: id}, ttl)
		},
	})
}

// loginPath is the login page with what an app said of who comes.
func loginPath(h issuer.Hints) string {
	q := url.Values{"return": {h.Return}}
	for name, value := range map[string]string{"organization": h.Organization, "connection": h.Connection, "login_hint": h.Login} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if h.Fresh {
		q.Set("fresh", "1")
	}
	return "/login?" + q.Encode()
}

// notifier tells apps that sessions ended.
func (p *program) notifier(key secret.Key, publicURL string, log *slog.Logger) *issuer.Notifier {
	return &issuer.Notifier{Locator: p.db, Keys: p.signingKeys(key), Issuer: publicURL, Now: p.now, Log: log, Client: issuer.NewNoticeClient()}
}

// pending keeps apps' requests with what is short-lived.
type pending struct{ store shortlived.Store }

func pendingKey(id string) shortlived.Key { return shortlived.Key{Use: "auth_request", Name: id} }

// Put implements issuer.Pending.
func (s pending) Put(ctx context.Context, id string, value []byte, ttl time.Duration) error {
	return s.store.Put(ctx, pendingKey(id), value, ttl)
}

// Take implements issuer.Pending.
func (s pending) Take(ctx context.Context, id string) ([]byte, error) {
	return s.store.Take(ctx, pendingKey(id))
}

// appGuesses bounds how often a client gets its secret wrong, by the address that it comes from.
type appGuesses struct{ limits shortlived.Limits }

func (g appGuesses) count(r *http.Request, n int) time.Duration {
	rate, _ := guessRates()
	return countFailed(r, g.limits, shortlived.Key{Use: "app_failures_address", Name: sender(r)}, rate, n)
}

// Wait implements issuer.Guesses.
func (g appGuesses) Wait(r *http.Request, _ tenant.AppID) time.Duration { return g.count(r, 0) }

// Failed implements issuer.Guesses.
func (g appGuesses) Failed(r *http.Request, _ tenant.AppID) { g.count(r, 1) }
