package main

import (
	"rollcall/console"
	"rollcall/internal/account"
	"rollcall/internal/roster"
	"rollcall/internal/session"
	"rollcall/internal/web"
	"rollcall/sso"
)

// own makes the pages that people have about themselves.
func (p *program) own(r *roster.Roster, who *session.Service, people *sso.Door, pages *console.Pages) (*account.Own, error) {
	return account.NewOwn(account.OwnConfig{
		Roster: r, Sessions: who, Pages: pages, Refuse: people.Refuse, PhoneRegion: p.PhoneRegion,
		RequestID: web.RequestID, Sender: sender, Now: p.now,
	})
}
