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

// TrialView is what a connection would make of attributes or claims, as JSON.
type TrialView struct {
	Outcome roster.SignInOutcome `json:"outcome" enum:"sign_in,link,join,ask,refuse" doc:"sign_in: a linked member. link: a member found by the proven address. join: a new one. ask: a join request. refuse: not let in."`
	Code    roster.Code          `json:"code" doc:"Why the person is not let in; empty: is."`
	Why     roster.Code          `json:"why,omitempty" doc:"The cause, where the code has several."`
	Detail  string               `json:"detail,omitempty"`
	Member  roster.MemberID      `json:"member,omitzero" doc:"Whom it is about; absent: a new member."`
	Role    string               `json:"role" doc:"The role that the mapping names; empty: none."`
	Groups  []roster.GroupID     `json:"groups" doc:"The groups that the mapping gives."`
	Email   roster.Email         `json:"email,omitempty" doc:"The member's new address."`
	Rules   []string             `json:"rules" doc:"The rules that decided, in the order in which they were asked."`
	Notes   []string             `json:"notes" doc:"What was left out, and why."`
	Came    []TrialValue         `json:"came" doc:"All that came."`
	Used    []TrialUse           `json:"used"`
	Ignored []string             `json:"ignored" doc:"Names of attributes that nothing looks at."`
	Missing []string             `json:"missing" doc:"What would be needed, or nice to have."`
}

// TrialValue is an attribute or claim with its values.
type TrialValue struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// TrialUse is a value that was read.
type TrialUse struct {
	As    string `json:"as"`
	From  string `json:"from" doc:"The attribute or claim."`
	Value string `json:"value"`
}

// Trial shows what a plan would do, without what came.
func Trial(p roster.SignInPlan) TrialView {
	return TrialView{
		Outcome: p.Outcome, Code: p.Code, Why: p.Why, Detail: p.Detail, Member: p.Member, Role: p.Role, Email: p.Email,
		Groups: append([]roster.GroupID{}, p.Give...), Rules: []string{}, Notes: []string{}, Came: []TrialValue{}, Used: []TrialUse{},
		Ignored: []string{}, Missing: []string{},
	}
}
