package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// InviteQuery asks for a page of invites, newest first.
type InviteQuery struct {
	// States are those meant, as of StateAt(Now); none: all.
	States []InviteState
	Now    time.Time
	Email  Email // of this address only; empty: of all
	// Text is looked for in addresses and names, regardless of case.
	Text string
	// EndedSince leaves out those that ended, or expired, before; zero: none.
	EndedSince time.Time
	Before     InviteID // only those behind this one
	Limit      int
	Count      bool // asks for Total
}

// InviteFacts is what a tenant has about an address that is to be invited.
type InviteFacts struct {
	Email Email
	// Member has the address, not removed; zero: nobody.
	Member    MemberID
	State     State
	Reason    Code
	Directory tenant.DirectoryID // that manages the member
	// Invite is pending, perhaps expired; zero: none is.
	Invite    InviteID
	ExpiresAt time.Time
	// Lately is how many links the address got since the time that was asked for, resent ones too. Of an invite that is
	// older than that it counts one.
	Lately int
	// Owner is another tenant that owns the address's domain, or else one above it, or lost it lately; zero: none.
	Owner tenant.ID
	// Known says that the person is a member of another tenant. It is asked for only where the deployment allows one.
	Known bool
}

// InviteCount is how many invites were made since a time.
type InviteCount struct{ Tenant, Actor int }

// InviteReader reads invites.
type InviteReader interface {
	// Invite: NotFound.
	Invite(ctx context.Context, id InviteID) (Invite, error)
	// Invites lists invites, newest first.
	Invites(ctx context.Context, q InviteQuery) (Page[Invite], error)
	// InviteByToken finds the invite that a token with this hash was made for, and whether it is the latest one.
	// NotFound.
	InviteByToken(ctx context.Context, hash [32]byte) (i Invite, latest bool, err error)
	// InviteFacts finds what there is about addresses, in their order; elsewhere asks for Known, too. A few
	// statements for all.
	InviteFacts(ctx context.Context, addresses []Email, since time.Time, elsewhere bool) ([]InviteFacts, error)
	// CountInvites counts those made since a time: by all, and by one.
	CountInvites(ctx context.Context, since time.Time, a Actor) (InviteCount, error)
	// PendingInvite finds the one of an address that is pending, perhaps expired; NotFound.
	PendingInvite(ctx context.Context, e Email) (Invite, error)
}

// InviteTx writes invites.
type InviteTx interface {
	InviteReader
	// LockInvite is Invite, and keeps others from changing it until the end.
	LockInvite(ctx context.Context, id InviteID) (Invite, error)
	// PutInvite creates or replaces an invite. Conflict with Field invite, at the commit, when another one of the
	// address is pending.
	PutInvite(ctx context.Context, i Invite) error
	// PutInviteToken makes a token the latest one of an invite. The former ones are known for what they are.
	PutInviteToken(ctx context.Context, id InviteID, hash [32]byte) error
	// EndInvites ends the pending invite of an address, if there is one, drops what was not sent of it, and writes
	// the event. It is sent late, together with what else the transaction writes.
	EndInvites(ctx context.Context, e Email, end InviteEnd) error
	// ShiftInvites moves the expiry of what is pending and was good at a time.
	ShiftInvites(ctx context.Context, goodAt time.Time, by time.Duration) error
}

// InviteEnd says why a pending invite ends.
type InviteEnd struct {
	State     InviteState
	Reason    Code
	Actor     Actor
	RequestID string
	Member    MemberID // who came in another way; zero: nobody
}
