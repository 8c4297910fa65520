package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/connect"
	"rollcall/internal/outbound"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/jit"
	"rollcall/sso"
	"rollcall/sso/oidc"
	"rollcall/storage/shortlived"
)

// sessions is who browsers are.
func (p *program) sessions(r *roster.Roster, publicURL string, log *slog.Logger) *session.Service {
	return &session.Service{Roster: r, Now: p.now, Log: log, Insecure: strings.HasPrefix(publicURL, "http://")}
}

// signIn makes the door by which people come in.
func (p *program) signIn(r *roster.Roster, store roster.Store, key secret.Key, publicURL string, who *session.Service, log *slog.Logger) (*sso.Door, error) {
	pages, err := console.New(p.Product)
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	client := outbound.New(outbound.Config{Loopback: connect.Local(publicURL), KeepAlive: keepAlive})
	joiner := jit.Joiner{Roster: r}
	return sso.New(sso.Config{
		Roster: r, Store: store, Locator: p.db, Connections: p.connectionService(r, key, publicURL),
		OIDC: oidc.New(oidc.Options{HTTP: client.HTTP(), Now: p.now}), State: signInState{p.short}, Sessions: who, Pages: pages,
		TestKey: key.Derive(secret.TestTicketKey), Public: publicURL, RequestID: web.RequestID, Sender: sender, Limits: signInLimits{p.short},
		Log: log, Now: p.now,
		Join: func(ctx context.Context, id sso.Identity, c roster.Client) (sso.Welcome, error) {
			in, err := joiner.Join(ctx, id, c, [32]byte{})
			return sso.Welcome{Member: in.Member, Session: in.Session, Token: in.Token}, err
		},
		Try: func(ctx context.Context, id sso.Identity) (sso.Tried, error) { return try(ctx, joiner, id) },
	})
}

// keepAlive is how long connections to identity providers wait for their next use.
const keepAlive = 30 * time.Second

// try shows what would become of an identity.
func try(ctx context.Context, joiner jit.Joiner, id sso.Identity) (sso.Tried, error) {
	d, err := joiner.Try(ctx, id)
	if err != nil {
		return sso.Tried{}, err
	}
	e := jit.Explain(id.Connection, id, d)
	page := console.TestResult{Rules: d.Rules, Notes: d.Notes, Ignored: e.Ignored, Missing: e.Missing, Code: string(d.Code)}
	for _, v := range e.Came {
		page.Came = append(page.Came, console.Came(v))
	}
	for _, u := range e.Used {
		page.Used = append(page.Used, console.Used(u))
	}
	page.Sentence = outcomeSentence(d)
	return sso.Tried{Page: page, Passed: d.Works()}, nil
}

func outcomeSentence(d jit.Decision) string {
	switch d.Outcome {
	case roster.SignInRefuse:
		if d.Works() {
			return "The connection works. The person would be refused all the same: " + d.Detail
		}
		return "The person would be refused: " + d.Detail
	case roster.SignInAsks:
		return "The person would be told to wait: an admin is asked to let them in."
	case roster.SignInJoins:
		return "The person would become a member, as " + d.Role + " unless somebody names another role."
	case roster.SignInLinks:
		return "The person would be taken for the member with this address, and signed in."
	default:
		return "The person is known, and would be signed in."
	}
}

// signInState keeps sign-ins under way with what is short-lived.
type signInState struct{ store shortlived.Store }

func flowKey(id string) shortlived.Key { return shortlived.Key{Use: "sso_flow", Name: id} }

// Put implements sso.State.
func (s signInState) Put(ctx context.Context, id string, value []byte, ttl time.Duration) error {
	return s.store.Put(ctx, flowKey(id), value, ttl)
}

// Take implements sso.State.
func (s signInState) Take(ctx context.Context, id string) ([]byte, error) {
	return s.store.Take(ctx, flowKey(id))
}

// FirstTime implements sso.State.
func (s signInState) FirstTime(ctx context.Context, id tenant.ID, what string, ttl time.Duration) (bool, error) {
	return s.store.FirstTime(ctx, shortlived.Key{Use: "sso_used", Tenant: id, Name: what}, ttl)
}

// Forget implements sso.State.
func (s signInState) Forget(ctx context.Context, id tenant.ID, what string) error {
	return s.store.Forget(ctx, shortlived.Key{Use: "sso_used", Tenant: id, Name: what})
}

// signInLimits bounds how often one network begins to sign in: an office behind one address is no
// attack. When nobody can count, everybody may pass; what they begin is refused a step later.
type signInLimits struct{ limits shortlived.Limits }

// Wait implements sso.Limits.
func (l signInLimits) Wait(r *http.Request, what string) time.Duration {
	rate := shortlived.Rate{Count: 120, Per: time.Minute, Burst: 240}
	if what == "login" { // who types addresses is slower, and may be out for who is a customer
		rate = shortlived.Rate{Count: 30, Per: time.Minute, Burst: 60}
	}
	d, err := l.limits.Allow(r.Context(), shortlived.Key{Use: "sign_in_" + what, Name: sender(r)}, rate, 1)
	if err != nil {
		if !errors.Is(err, roster.Unavailable) {
			web.From(r.Context()).Fail(fmt.Errorf("count sign-ins: %w", err))
		}
		return 0
	}
	if d.Allowed {
		return 0
	}
	return d.RetryAfter
}
