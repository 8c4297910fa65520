package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"rollcall/internal/issuer"
	"rollcall/internal/metrics"
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
	if h.Another {
		q.Set("another", "1")
	}
	return "/login?" + q.Encode()
}

// notifier tells apps that sessions ended, and the metrics of that.
func (p *program) notifier(key secret.Key, publicURL string, log *slog.Logger, figures *metrics.Metrics) *issuer.Notifier {
	var told, failed, last atomic.Int64
	figures.Counter("logout_notices_delivered_total", "Back-channel logouts that apps took.", func() float64 { return float64(told.Load()) })
	figures.Counter("logout_notices_failed_total", "Attempts at back-channel logouts that failed. Each is made again, for a day.", func() float64 { return float64(failed.Load()) })
	figures.Gauge("logout_notice_age_seconds", "How old the last back-channel logout was when its app took it.", func() float64 { return time.Duration(last.Load()).Seconds() })
	return &issuer.Notifier{
		Locator: p.db, Keys: p.signingKeys(key), Issuer: publicURL, Now: p.now, Log: log, Client: issuer.NewNoticeClient(),
		Observe: func(delivered bool, age time.Duration) {
			if !delivered {
				failed.Add(1)
				return
			}
			told.Add(1)
			last.Store(int64(age))
		},
	}
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

// appGuesses bounds how often a client gets its secret wrong, by the address that it comes from: no
// app with a wrong secret holds up another, and nobody who knows a client id holds up the app.
type appGuesses struct{ limits shortlived.Limits }

func (g appGuesses) count(r *http.Request, id tenant.AppID, n int) time.Duration {
	rate, _ := guessRates()
	return countFailed(r, g.limits, shortlived.Key{Use: "app_failures_address", Name: id.String() + " " + sender(r)}, rate, n)
}

// Wait implements issuer.Guesses.
func (g appGuesses) Wait(r *http.Request, id tenant.AppID) time.Duration { return g.count(r, id, 0) }

// Failed implements issuer.Guesses.
func (g appGuesses) Failed(r *http.Request, id tenant.AppID) { g.count(r, id, 1) }
