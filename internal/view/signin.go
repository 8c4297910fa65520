package view

import (
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// LinkView is a link as JSON.
type LinkView struct {
	ID         roster.LinkID       `json:"id"`
	Connection tenant.ConnectionID `json:"connection"`
	Subject    string              `json:"subject" doc:"The key by which the identity provider knows the person: the NameID or the sub claim."`
	Email      roster.Email        `json:"email" doc:"The address that the identity provider sent when the link was made."`
	Live       bool                `json:"live" doc:"The subject is the member."`
	Groups     []roster.GroupID    `json:"groups" doc:"The groups that the connection's mapping has given."`
	CreatedAt  time.Time           `json:"created_at"`
	SeenAt     time.Time           `json:"seen_at" doc:"The last sign-in through it."`
	EndedAt    time.Time           `json:"ended_at,omitzero"`
}

// Link shows a link.
func Link(l roster.Link) LinkView {
	return LinkView{
		ID: l.ID, Connection: l.Connection, Subject: l.Subject, Email: l.Email, Live: l.Live(), Groups: append([]roster.GroupID{}, l.Groups...),
		CreatedAt: l.CreatedAt, SeenAt: l.SeenAt, EndedAt: l.EndedAt,
	}
}

// JoinRequestView is a join request as JSON.
type JoinRequestView struct {
	ID         roster.JoinRequestID    `json:"id"`
	Email      roster.Email            `json:"email"`
	Name       string                  `json:"name" doc:"As the identity provider has it; may be empty."`
	Role       string                  `json:"role" doc:"The role that the connection's mapping names; empty: none."`
	State      roster.JoinRequestState `json:"state" enum:"pending,approved,declined,withdrawn"`
	Connection tenant.ConnectionID     `json:"connection"`
	Subject    string                  `json:"subject"`
	AskedAt    time.Time               `json:"asked_at"`
	SeenAt     time.Time               `json:"seen_at" doc:"The last sign-in that met the request."`
	DecidedAt  time.Time               `json:"decided_at,omitzero"`
	Member     roster.MemberID         `json:"member,omitzero" doc:"The member that came of it."`
}

// JoinRequest shows a join request.
func JoinRequest(q roster.JoinRequest) JoinRequestView {
	return JoinRequestView{
		ID: q.ID, Email: q.Email, Name: q.Names.Display, Role: q.Role, State: q.State, Connection: q.Connection, Subject: q.Subject,
		AskedAt: q.AskedAt, SeenAt: q.SeenAt, DecidedAt: q.DecidedAt, Member: q.Member,
	}
}
