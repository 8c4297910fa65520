package roster

import (
	"time"

	"rollcall/internal/tenant"
)

// InviteState says what became of an invite.
type InviteState string

// The states of an invite. Expired and bounced are worked out by StateAt of one that is pending.
//
//	(create) ──► pending ──► accepted    the person is a member, and the token used
//	               │ ▲  │───► revoked     by an admin, or with the "no" of a directory
//	               │ │  └───► superseded  the person came in by another door
//	               ▼ │ resend: another token, another expiry
//	             expired, bounced
const (
	InvitePending    InviteState = "pending"
	InviteAccepted   InviteState = "accepted"
	InviteExpired    InviteState = "expired"
	InviteRevoked    InviteState = "revoked"
	InviteSuperseded InviteState = "superseded"
	InviteBounced    InviteState = "bounced" // the mail came back; the link works all the same
)

// InviteStates returns all states.
func InviteStates() []InviteState {
	return []InviteState{InvitePending, InviteAccepted, InviteExpired, InviteRevoked, InviteSuperseded, InviteBounced}
}

// How long an invite is good.
const (
	DefaultInvitePeriod = 7 * 24 * time.Hour
	MinInvitePeriod     = 24 * time.Hour
	MaxInvitePeriod     = 30 * 24 * time.Hour
)

// Invite is a pending membership, or what became of it. Before it is accepted nobody is a member by it.
type Invite struct {
	ID       InviteID
	Email    Email
	Role     string // empty: what else the rules give
	Names    Names
	Groups   []GroupID // kept by hand
	Message  string    // of the inviter
	Language string    // of its mail, as a language tag; empty: the default
	By       Actor
	// State is the stored one; see StateAt.
	State     InviteState
	Reason    Code // why it was revoked or superseded; may be empty
	CreatedAt time.Time
	SentAt    time.Time // the latest token
	ExpiresAt time.Time
	EndedAt   time.Time // zero: pending
	Sends     int       // tokens so far
	AskedAt   time.Time // when who holds an expired link asked for another; zero: not since the latest
	Member    MemberID  // that came of it; zero: none
	Mailed    MailID    // the latest mail; zero: none was wanted
	// Mail and MailDetail are what became of the latest mail. Only readers fill them.
	Mail       MailState
	MailDetail string
	Version    int64
}

// StateAt is the state at a time. An invite is expired from its very ExpiresAt on.
func (i Invite) StateAt(now time.Time) InviteState {
	switch {
	case i.State != InvitePending:
		return i.State
	case !now.Before(i.ExpiresAt):
		return InviteExpired
	case i.Mail == MailBounced:
		return InviteBounced
	}
	return InvitePending
}

// Open says whether it can be accepted, as far as the invite itself goes.
func (i Invite) Open(now time.Time) bool { return i.State == InvitePending && now.Before(i.ExpiresAt) }

// InviteLetter is what a mail of an invite is written from.
type InviteLetter struct {
	Invite  Invite
	Config  tenant.Config
	Inviter string // a name, or an address; empty: the operator
}

// InviteMailFunc writes the mail of an invite. It must be pure: it may be called more than once.
type InviteMailFunc func(InviteLetter) (MailDraft, error)

// InviteDraft is what somebody asks for.
type InviteDraft struct {
	Email    string // as typed
	Role     string // empty: the tenant's default
	Names    Names
	Groups   []GroupID
	Period   time.Duration // 0: DefaultInvitePeriod
	Message  string
	Language string
	// Hash is that of the token, see package secret.
	Hash [32]byte
	Mail InviteMailFunc // nil: the link is handed on by hand
}

// The events of invites.
const (
	InviteWasCreated    EventKind = "invite.created"
	InviteWasResent     EventKind = "invite.resent"
	InviteWasChanged    EventKind = "invite.changed"
	InviteWasRevoked    EventKind = "invite.revoked"
	InviteWasSuperseded EventKind = "invite.superseded"
	InviteWasAccepted   EventKind = "invite.accepted"
	InviteLinkAsked     EventKind = "invite.link_asked" // who holds an expired link wants another
	MemberInvitedAway   EventKind = "domain.invited_elsewhere"
)

// The reason codes of invites.
const (
	CodeInviteExpired    Code = "invite_expired"
	CodeInviteUsed       Code = "invite_used"
	CodeInviteRevoked    Code = "invite_revoked"
	CodeInviteSuperseded Code = "invite_superseded"
	CodeInviteReplaced   Code = "invite_replaced" // a newer link was sent
	CodeInviteMismatch   Code = "invite_email_mismatch"
	CodeInviterGone      Code = "inviter_gone" // who invited may not invite any more
	CodeInviteLimit      Code = "invite_limit"
	CodeInvitedAlready   Code = "already_invited"
	CodeMemberAlready    Code = "already_member"
	CodeManagedInactive  Code = "managed_by_directory_inactive"
	CodeGuestsBlocked    Code = "guests_blocked" // the owner of the address's domain does not want it
	CodeSSORequired      Code = "sso_required"
)

func inviteEvent(kind EventKind, from origin, i Invite, d details) Event {
	d.Invite, d.Name = i.ID.String(), i.Email.Domain()
	return Event{Kind: kind, Member: i.Member, Actor: from.actor, RequestID: from.requestID, Data: d.json()}
}
