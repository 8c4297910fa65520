package main

import (
	"errors"

	"rollcall/console"
	"rollcall/internal/account"
	"rollcall/internal/passkey"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/web"
	"rollcall/sso"
)

// own makes the pages that people have about themselves.
func (p *program) own(r *roster.Roster, who *session.Service, people *sso.Door, pages *console.Pages, key secret.Key, publicURL string) (*account.Own, error) {
	keys, err := passkeys(publicURL, pages)
	if err != nil {
		return nil, err
	}
	return account.NewOwn(account.OwnConfig{
		Roster: r, Sessions: who, Pages: pages, Refuse: people.Refuse, PhoneRegion: p.PhoneRegion,
		Key: key, Passkeys: keys, State: accountState{p.short}, Limits: accountLimits{p.short}, Post: p.post(key), Public: publicURL, RequestID: web.RequestID, Sender: sender, Now: p.now,
	})
}

// passkeys makes the service of passkeys; nil where the gateway is reached by an address, at which browsers make none.
func passkeys(publicURL string, pages *console.Pages) (*passkey.Service, error) {
	s, err := passkey.New(publicURL, pages.Product())
	if errors.Is(err, passkey.ErrNoName) {
		return nil, nil //nolint:nilnil // there are none
	}
	return s, err
}
