package issuertest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/web"
	"rollcall/storage/shortlived"
)

// Short is short-lived state that can be away.
type Short struct {
	shortlived.Store
	Down atomic.Bool
}

func (s *Short) away() error {
	if s.Down.Load() {
		return &roster.Error{Kind: roster.Unavailable, Detail: "Short-lived state can't be reached now.", Err: errors.New("redis 192.0.2.9 refused")}
	}
	return nil
}

type pending struct{ short *Short }

// Put implements issuer.Pending.
func (p pending) Put(ctx context.Context, id string, value []byte, ttl time.Duration) error {
	if err := p.short.away(); err != nil {
		return err
	}
	return p.short.Put(ctx, shortlived.Key{Use: "auth_request", Name: id}, value, ttl)
}

// Take implements issuer.Pending.
func (p pending) Take(ctx context.Context, id string) ([]byte, error) {
	if err := p.short.away(); err != nil {
		return nil, err
	}
	return p.short.Take(ctx, shortlived.Key{Use: "auth_request", Name: id})
}

// pages are as plain as pages can be: a problem document for a refusal, a text for all else.
type pages struct{}

// Refuse implements issuer.Pages.
func (pages) Refuse(w http.ResponseWriter, r *http.Request, err error) { web.WriteProblem(w, r, err) }

// ConfirmLogout implements issuer.Pages.
func (pages) ConfirmLogout(w http.ResponseWriter, _ *http.Request, action string, fields url.Values) {
	w.Header().Set("X-Confirm-Logout", action+"?"+fields.Encode())
	_, _ = w.Write([]byte("sign out?"))
}

// LoggedOut implements issuer.Pages.
func (pages) LoggedOut(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("signed out")) }
