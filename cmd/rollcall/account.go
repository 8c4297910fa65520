package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"rollcall/internal/account"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/jit"
	"rollcall/sso"
	"rollcall/storage/shortlived"
)

// account makes the door of people's own sign-ins and pages.
func (p *program) account(r *roster.Roster, key secret.Key, publicURL string, who *session.Service, people *sso.Door, log *slog.Logger) (*account.Door, error) {
	keys, err := passkeys(publicURL, people.Pages)
	if err != nil {
		return nil, err
	}
	joiner := jit.Joiner{Roster: r}
	return account.New(account.Config{
		Roster: r, Locator: p.db, Sessions: who, State: accountState{p.short}, Limits: accountLimits{p.short}, Post: p.post(key), Pages: people.Pages,
		Refuse: people.Refuse, DeviceKey: key.Derive(secret.DeviceKey), FactorKey: key, Passkeys: keys, Public: publicURL, RequestID: web.RequestID, Sender: sender, Log: log, Now: p.now,
		JoinByMail: func(ctx context.Context, id tenant.ID, email string, n roster.Names, c roster.Client) (account.Joined, error) {
			in, err := joiner.JoinByMail(ctx, id, email, n, c)
			return account.Joined{Session: in.Session, Token: in.Token}, err
		},
	})
}

// accountState keeps steps of sign-ins with what is short-lived.
type accountState struct{ store shortlived.Store }

func accountKey(id string) shortlived.Key { return shortlived.Key{Use: "account_step", Name: id} }

// Put implements account.State.
func (s accountState) Put(ctx context.Context, id string, value []byte, ttl time.Duration) error {
	return s.store.Put(ctx, accountKey(id), value, ttl)
}

// Take implements account.State.
func (s accountState) Take(ctx context.Context, id string) ([]byte, error) {
	return s.store.Take(ctx, accountKey(id))
}

// accountLimits counts tries of passwords and codes. When nobody can count, nobody may try: guesses without a
// count are what the limits are for.
type accountLimits struct{ limits shortlived.Limits }

// Wait implements account.Limits.
func (l accountLimits) Wait(ctx context.Context, use, name string) (time.Duration, error) {
	rate, ok := account.Rates()[use]
	if !ok {
		return 0, fmt.Errorf("no rate for %q", use)
	}
	d, err := l.limits.Allow(ctx, shortlived.Key{Use: use, Name: name}, shortlived.Rate(rate), 1)
	if err != nil {
		return 0, fmt.Errorf("count tries: %w", err)
	}
	if d.Allowed {
		return 0, nil
	}
	return max(d.RetryAfter, time.Second), nil
}
