package view

import (
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// SessionView is a session as JSON.
type SessionView struct {
	ID         roster.SessionID    `json:"id"`
	Member     roster.MemberID     `json:"member"`
	Live       bool                `json:"live" doc:"Whether it is neither ended nor expired. Whether the member and the tenant have access is told of them."`
	Method     roster.Method       `json:"method" enum:"saml,oidc"`
	Connection tenant.ConnectionID `json:"connection,omitzero" doc:"Whose word the person came in by."`
	AuthTime   time.Time           `json:"auth_time" doc:"When the person proved who they are."`
	StartedAt  time.Time           `json:"started_at"`
	SeenAt     time.Time           `json:"seen_at" doc:"When it was last used, to the minute."`
	ExpiresAt  time.Time           `json:"expires_at" doc:"When it ends unless it is used before; then later, but never after the tenant's bound."`
	IP         string              `json:"ip,omitempty" doc:"Where the sign-in came from."`
	UserAgent  string              `json:"user_agent,omitempty"`
	EndedAt    time.Time           `json:"ended_at,omitzero"`
	EndReason  roster.EndReason    `json:"end_reason,omitempty"`
}

// Session shows a session.
func Session(s roster.Session, now time.Time) SessionView {
	return SessionView{
		ID: s.ID, Member: s.Member, Live: s.EndedAt.IsZero() && now.Before(s.Deadline()), Method: s.Method, Connection: s.Connection,
		AuthTime: s.AuthTime, StartedAt: s.CreatedAt, SeenAt: s.SeenAt, ExpiresAt: s.Deadline(),
		IP: s.Client.IP, UserAgent: s.Client.UserAgent, EndedAt: s.EndedAt, EndReason: s.EndReason,
	}
}

// EndedView says how many sessions ended.
type EndedView struct {
	Ended int `json:"ended"`
}
