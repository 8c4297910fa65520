package main

import (
	"context"
	"log/slog"

	"rollcall/console"
	"rollcall/internal/password"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/team"
	"rollcall/internal/web"
	"rollcall/invites"
)

// team makes the door for a tenant's admins.
func (p *program) team(r *roster.Roster, store roster.Store, key secret.Key, publicURL string, who *session.Service, pages *console.Pages, log *slog.Logger) (*team.Door, error) {
	return team.New(team.Config{
		Roster: r, Store: store, Sessions: who, Pages: pages, RequestID: web.RequestID, Log: log, Now: p.now,
		MailReset: password.Resets{Roster: r, Post: p.post(key), Public: publicURL}.Mail, FactorsReset: p.factorsReset(key),
		Invites: inviter{invites.Sender{Roster: r, Post: p.post(key), Public: publicURL}},
	})
}

// inviter invites by mail where mails leave, and by links to hand on where they don't.
type inviter struct{ invites.Sender }

// CreateMany implements team.Inviter.
func (i inviter) CreateMany(ctx context.Context, by roster.Staff, lines []roster.InviteDraft) ([]team.Made, error) {
	made, err := i.Sender.CreateMany(ctx, by, lines, !i.Mails())
	return list(made, func(m invites.Made) team.Made { return team.Made(m) }), err
}

// Resend implements team.Inviter.
func (i inviter) Resend(ctx context.Context, by roster.Staff, id roster.InviteID) (roster.Invite, string, error) {
	return i.Sender.Resend(ctx, by, id, !i.Mails())
}

// Languages implements team.Inviter.
func (i inviter) Languages() []string { return []string{"en", "de"} }

// Mails implements team.Inviter.
func (i inviter) Mails() bool { return !i.Post.Off }
