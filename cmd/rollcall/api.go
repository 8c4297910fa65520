package main

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/api"
	"rollcall/internal/password"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/tenant"
	"rollcall/invites"
	"rollcall/scim"
	"rollcall/storage/shortlived"
)

// api makes the door for programs.
func (p *program) api(r *roster.Roster, store roster.Store, key secret.Key, publicURL string, who *session.Service) (*api.Door, error) {
	if p.short == nil { // the demo's gateway is alone
		p.short = shortlived.NewMemory(p.now, 0)
	}
	return api.New(api.Config{
		Roster: r, Store: store, Locator: p.db, Who: api.Keys{Operator: api.NewOperatorKey(p.OperatorKey), Roster: r, Now: p.now},
		Browsers: who, PhoneRegion: p.PhoneRegion, Kept: kept{p.short},
		MailReset:    password.Resets{Roster: r, Post: p.post(key), Public: publicURL}.Mail,
		FactorsReset: p.factorsReset(key),
		Inviter:      invites.Sender{Roster: r, Post: p.post(key), Public: publicURL},
		Connections:  p.connectionService(r, key, publicURL), Trial: trial(r), TestLink: testLink(key, publicURL, p.now),
		Guesses: keyGuesses{p.short}, Key: key, Now: p.now, Endpoints: func(id tenant.DirectoryID) api.Endpoints {
			return api.Endpoints{BaseURL: publicURL + scim.Prefix + "/" + id.UUID.UUID(), TokenURL: publicURL + scim.TokenPath(id), ClientID: scim.ClientID(id)}
		},
	})
}

// kept keeps the API's answers with what is short-lived.
type kept struct{ store shortlived.Store }

func keptKey(name string) shortlived.Key { return shortlived.Key{Use: "api_answer", Name: name} }

// Add implements api.Kept.
func (k kept) Add(ctx context.Context, name string, value []byte, ttl time.Duration) ([]byte, error) {
	return k.store.Add(ctx, keptKey(name), value, ttl)
}

// Put implements api.Kept.
func (k kept) Put(ctx context.Context, name string, value []byte, ttl time.Duration) error {
	return k.store.Put(ctx, keptKey(name), value, ttl)
}

// Drop implements api.Kept.
func (k kept) Drop(ctx context.Context, name string) error {
	_, err := k.store.Take(ctx, keptKey(name))
	if errors.Is(err, roster.NotFound) {
		return nil
	}
	return err
}
