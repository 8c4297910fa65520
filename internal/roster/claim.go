package roster

import "time"

// Source is who makes a claim about a member. A member holds at most one claim
// of each source.
//
// A new source is added here, to accessRank and roleRank, and to the tables of
// precedence_test.go.
type Source string

// The sources of claims.
const (
	// SourceOperator is the operator of the gateway.
	SourceOperator Source = "operator"
	// SourceDirectoryGroup is a role mapped to a group of a directory.
	SourceDirectoryGroup Source = "directory_group"
	// SourceDirectoryRoles is the roles attribute that a directory sends.
	SourceDirectoryRoles Source = "directory_roles"
	// SourceDirectory is a directory: the member is here, active or not.
	SourceDirectory Source = "directory"
	// SourceAdmin is an admin of the tenant.
	SourceAdmin Source = "admin"
	// SourceInvite is an accepted invite.
	SourceInvite Source = "invite"
	// SourceSignIn is a sign-in through the tenant's identity provider.
	SourceSignIn Source = "sign_in"
	// SourceFormer is what a removed directory last said. It decides nothing; it is
	// there to undo the removal.
	SourceFormer Source = "former_directory"
	// SourceHeld is a directory's "no" that is held back (see Hold). It decides
	// nothing until then.
	SourceHeld Source = "held_directory"
	// SourceApart is an admin's decision that a directory's record and a member are
	// two people: By names the directory, or the other member. It decides nothing.
	SourceApart Source = "kept_apart"
	// SourceMerged is on the tombstone of a member that was merged into the one that
	// By names. It decides nothing.
	SourceMerged Source = "merged_into"
	// SourceApp is an application that people sign in to. It only causes events.
	SourceApp Source = "app"
	// SourceDomain and SourceTenant are the defaults that an admin set for a
	// domain and for the tenant. They are worked out when needed, never stored.
	SourceDomain Source = "domain"
	SourceTenant Source = "tenant"
)

// Claim is what one source says of a member. All claims are kept; the rules
// pick the winner.
type Claim struct {
	Source Source `json:"source"`
	// By names who speaks: a directory's id, an admin's member id, "operator".
	By string `json:"by,omitempty"`
	// Here says that the source wants the person to be a member.
	Here bool `json:"here,omitempty"`
	// Active is the source's word on access; nil: it says nothing.
	Active *bool `json:"active,omitempty"`
	// Role is the role that the source names; empty: it names none.
	Role string `json:"role,omitempty"`
	// Group is the group whose mapping named the role.
	Group GroupID   `json:"group,omitzero"`
	At    time.Time `json:"at"`
	// Due is when a claim that is held back takes effect; zero: it is not.
	Due time.Time `json:"due,omitzero"`
}

// State sums up where a member stands.
type State string

// The states of a member. Only an active one has access, and only while the
// tenant is active.
//
//	          create                      off / on
//	(nothing) ──────► awaiting_proof ─┐  active ◄──► inactive
//	    │                  proof ─────┴──►│             │
//	    └────────────────────────────────►│  removed ◄──┘ ──► back by the same directory
//	                 needs_confirmation ──┘ (an admin decides)
const (
	StateActive            State = "active"
	StateInactive          State = "inactive"
	StateAwaitingProof     State = "awaiting_proof"
	StateNeedsConfirmation State = "needs_confirmation"
	StateRemoved           State = "removed"
)

// Verdict is the outcome of one question: which claim won, by which rule, and
// which claim would have won without it.
type Verdict struct {
	Rule     string `json:"rule"`                // such as "R4 directory group mapping"
	Winner   *Claim `json:"winner,omitempty"`    // nil: no claim decided, the rule did
	RunnerUp *Claim `json:"runner_up,omitempty"` // nil: nobody else spoke
}

// Standing is what the rules make of a member's claims.
type Standing struct {
	State  State
	Reason Code // why the state is not active
	Role   string
}

// Judgement is a Standing with what decided it.
type Judgement struct {
	Standing
	Access Verdict // what decided State
	Rank   Verdict // what decided Role
}
