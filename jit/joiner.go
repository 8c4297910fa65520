package jit

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/sso"
)

// Joiner lets people in. It is safe for concurrent use.
type Joiner struct {
	Roster *roster.Roster
}

// Join decides on an identity and does what was decided: member, link, event and session in one transaction. former
// is the hash of the session that the browser came with, which ends; zero: none.
//
// A refusal is a *roster.Error of kind Refused with its Code, safe to show to the tenant's admins; the Outcome has the
// Decision even so. Unavailable when the store can't be reached.
func (j Joiner) Join(ctx context.Context, id sso.Identity, client roster.Client, former [32]byte) (Outcome, error) {
	var d Decision
	decide := func(cfg tenant.Config, f roster.SignInFacts, now time.Time) roster.SignInPlan {
		d = Decide(cfg, id, f, now)
		return d.SignInPlan
	}
	token, hash := secret.NewBound(id.Tenant.UUID, secret.Session)
	in, err := j.Roster.Arrive(ctx, arrivalOf(id, client), decide, roster.SessionStart{
		IDPSession: id.IdPSession, Hash: hash, AuthTime: id.AuthTime, NotAfter: id.NotAfter, Former: former,
	})
	if err != nil {
		return Outcome{Decision: d}, err //nolint:wrapcheck // a refusal is for the door as it is
	}
	return Outcome{Decision: d, Member: in.Member, Session: in.Session, Token: token}, nil
}

// Try says what Join would do, and writes nothing. A connection that is still being set up counts as active, so that
// it can be tried before.
func (j Joiner) Try(ctx context.Context, id sso.Identity) (Decision, error) {
	var d Decision
	_, err := j.Roster.TryArrival(ctx, arrivalOf(id, roster.Client{}), func(cfg tenant.Config, f roster.SignInFacts, now time.Time) roster.SignInPlan {
		d = Decide(activated(cfg, id.Connection.ID), id, f, now)
		return d.SignInPlan
	})
	return d, err //nolint:wrapcheck // a refusal is for the door as it is
}

// activated is the configuration as it would be if a draft connection were active.
func activated(cfg tenant.Config, id tenant.ConnectionID) tenant.Config {
	list := make([]tenant.Connection, len(cfg.Connections))
	copy(list, cfg.Connections)
	for i := range list {
		if list[i].ID == id && list[i].Testable() {
			list[i].Status = tenant.ConnectionActive
		}
	}
	cfg.Connections = list
	return cfg
}

func arrivalOf(id sso.Identity, client roster.Client) roster.Arrival {
	a := roster.Arrival{Tenant: id.Tenant, Connection: id.Connection.ID, Method: id.Method, Client: client}
	if usableSubject(id.Subject) {
		a.Subject = id.Subject
	}
	if e, err := roster.ParseEmail(id.Email); err == nil {
		a.Email = e
	}
	return a
}
