package roster

import (
	"context"
	"strings"
	"time"

	"rollcall/internal/tenant"
)

// SessionStart says how a member signed in.
type SessionStart struct {
	Method     Method
	Connection tenant.ConnectionID
	Subject    string
	IDPSession string
	Hash       [32]byte  // of the new cookie's token
	AuthTime   time.Time // zero: now
	NotAfter   time.Time // when the identity provider wants the session to end; zero: it does not say
	Client     Client
	// Second says that a second factor was shown, too, where the gateway itself saw the proof.
	Second bool
	// Former is the hash of the token that the browser came with; its session ends (SECURITY X1).
	Former [32]byte
}

// FirstSession is how long somebody stays who comes in for the first time, by an invite or a mailed code, where the tenant
// requires a second factor: time to set one up, which the next sign-in asks for.
const FirstSession = time.Hour

// StartSession begins a session of a member that the transaction holds, as it is after
// the transaction. It is for whoever decided that the person may come in: it must be called last, in
// the same transaction. Refused for a member without access and a tenant that is suspended, Invalid when NotAfter
// is past.
func StartSession(ctx context.Context, tx Tx, cfg tenant.Config, m Member, s SessionStart) (Session, error) {
	now := tx.Now()
	switch {
	case cfg.Tenant.Status != tenant.Active:
		return Session{}, &Error{Kind: Refused, Code: CodeTenantSuspended, Detail: "The tenant is suspended: nobody signs in."}
	case m.Removed():
		return Session{}, &Error{Kind: Refused, Code: CodeRemoved, Detail: "The member was removed."}
	case m.Standing.State != StateActive:
		return Session{}, &Error{Kind: Refused, Code: m.Standing.Reason, Detail: "The member has no access."}
	}
	idle, life := cfg.Tenant.Policy.Sessions.Periods()
	out := Session{
		ID: NewSessionID(now), Member: m.ID, Method: s.Method, Connection: s.Connection, Subject: s.Subject, IDPSession: s.IDPSession,
		Hash: s.Hash, Role: m.Standing.Role, AuthTime: s.AuthTime, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(life), Idle: idle,
		Client: Client{IP: s.Client.IP, UserAgent: clipped(s.Client.UserAgent)},
	}
	if out.AuthTime.IsZero() || out.AuthTime.After(now) {
		out.AuthTime = now
	}
	if s.Method.Local() && !s.Second && cfg.Tenant.Policy.SecondFactor == tenant.SecondFactorRequired {
		out.ExpiresAt = now.Add(min(life, FirstSession))
	}
	if !s.NotAfter.IsZero() && s.NotAfter.Before(out.ExpiresAt) { // SAML core §2.7.2, SessionNotOnOrAfter
		out.ExpiresAt = s.NotAfter
	}
	if !now.Before(out.ExpiresAt) {
		return Session{}, &Error{Kind: Invalid, Field: "not_after", Detail: "The identity provider's session is over already. Sign in there again."}
	}
	from := Actor{Source: SourceSignIn, ID: s.Connection.String()}
	if s.Connection.IsZero() {
		from.ID = ""
	}
	if s.Former != [32]byte{} {
		e := SessionEnd{Reason: EndReplaced, Actor: from, RequestID: s.Client.RequestID}
		if err := tx.EndSessions(ctx, SessionFilter{Token: s.Former}, e); err != nil {
			return Session{}, err
		}
	}
	if err := tx.InsertSession(ctx, out); err != nil {
		return Session{}, err
	}
	return out, tx.AppendEvent(ctx, Event{
		Kind: SessionStarted, Member: m.ID, Actor: from, RequestID: s.Client.RequestID, Version: m.Version,
		Data: details{Session: out.ID.UUID.UUID(), Method: string(s.Method)}.json(),
	})
}

// clipped is what is kept of a browser's name for itself: what a browser sends may be anything.
func clipped(agent string) string {
	agent = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, strings.ToValidUTF8(agent, ""))
	if len(agent) > maxUserAgent {
		agent = strings.ToValidUTF8(agent[:maxUserAgent], "")
	}
	return agent
}
