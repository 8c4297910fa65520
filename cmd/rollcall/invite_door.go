package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/session"
	"rollcall/internal/web"
	"rollcall/invites"
	"rollcall/sso"
	"rollcall/storage/shortlived"
)

// invitePages makes the door on which people accept invites.
func (p *program) invitePages(r *roster.Roster, publicURL string, who *session.Service) (*invites.Door, error) {
	pages, err := console.New(p.Product)
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	keys, err := passkeys(publicURL, pages)
	if err != nil {
		return nil, err
	}
	return invites.New(invites.Config{
		Roster: r, Sessions: who, State: inviteState{p.short}, Pages: pages, Passkeys: keys, Public: publicURL, Billing: p.BillingURL,
		PhoneRegion: p.PhoneRegion, RequestID: web.RequestID, Sender: sender, Limits: inviteLimits{p.short}, Now: p.now,
	})
}

// leadBack tells the invites door of sign-ins that failed.
func leadBack(d *invites.Door) func(context.Context, sso.Failed) (string, error) {
	return func(ctx context.Context, f sso.Failed) (string, error) {
		return d.Failed(ctx, invites.Failure{Return: f.Return, Code: f.Code, Refused: f.Refused, Asked: f.Asked, Came: f.Came})
	}
}

// inviteState keeps why sign-ins failed with what is short-lived.
type inviteState struct{ store shortlived.Store }

func inviteKey(id string) shortlived.Key { return shortlived.Key{Use: "invite_back", Name: id} }

// Put implements invites.State.
func (s inviteState) Put(ctx context.Context, id string, value []byte, ttl time.Duration) error {
	return s.store.Put(ctx, inviteKey(id), value, ttl)
}

// Take implements invites.State.
func (s inviteState) Take(ctx context.Context, id string) ([]byte, error) {
	return s.store.Take(ctx, inviteKey(id))
}

// inviteLimits bounds what one network does on the pages of invites: an office behind one address is no attack, and
// a link has more random bits than anybody can try. When nobody can count, everybody may pass.
type inviteLimits struct{ limits shortlived.Limits }

// Wait implements invites.Limits.
func (l inviteLimits) Wait(r *http.Request, what string) time.Duration {
	rate := shortlived.Rate{Count: 60, Per: time.Minute, Burst: 120}
	if what == "ask" {
		rate = shortlived.Rate{Count: 10, Per: time.Minute, Burst: 20}
	}
	d, err := l.limits.Allow(r.Context(), shortlived.Key{Use: "invite_" + what, Name: sender(r)}, rate, 1)
	if err != nil {
		if !errors.Is(err, roster.Unavailable) {
			web.From(r.Context()).Fail(fmt.Errorf("count tries at invites: %w", err))
		}
		return 0
	}
	if d.Allowed {
		return 0
	}
	return d.RetryAfter
}

// Guessed implements invites.Limits.
func (l inviteLimits) Guessed(r *http.Request, again bool) time.Duration {
	n := 0
	if again {
		n = 1
	}
	rate := shortlived.Rate{Count: 20, Per: time.Minute, Burst: 60}
	return countFailed(r, l.limits, shortlived.Key{Use: "invite_guess", Name: sender(r)}, rate, n)
}
