package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// SignInKey is what a sign-in is looked up by.
type SignInKey struct {
	Connection tenant.ConnectionID
	Subject    string
	Email      Email // empty: not by it
	// Groups are those that the mapping may give; SignInRows says which of them are kept by hand.
	Groups []GroupID
}

// SignInRows is what a tenant has about a sign-in, all of one moment.
type SignInRows struct {
	// Members are those that the subject's live link names, and those that have the address as primary one
	// (proven or not) or as an alias (expired ones included); removed ones too, all with their groups, by id.
	Members []Member
	// Links are the live links of the subject, and of these members.
	Links []Link
	// Requests are those of the address or the subject, the latest first, at most a few.
	Requests []JoinRequest
	// Invites is the pending one of the address, perhaps expired, or nothing.
	Invites []Invite
	// ByHand are those of the key's groups that no directory manages.
	ByHand []GroupRef
	// Elsewhere says that another tenant owns the address's domain or one above it, or lost it so lately
	// that it is held.
	Elsewhere bool
}

// LinkQuery asks for links, by id.
type LinkQuery struct {
	Member     MemberID            // zero: of all
	Connection tenant.ConnectionID // zero: of all
	Ended      bool                // those that ended, too
	After      tenant.UUID
	Limit      int
}

// JoinRequestQuery asks for join requests, by id.
type JoinRequestQuery struct {
	State JoinRequestState // empty: all
	After tenant.UUID
	Limit int
}

// SignInReader reads links and join requests.
type SignInReader interface {
	// SignIn finds all that is to be known to decide on a sign-in.
	SignIn(ctx context.Context, k SignInKey) (SignInRows, error)
	// Links lists links, at most the limit.
	Links(ctx context.Context, q LinkQuery) ([]Link, error)
	// Link: NotFound.
	Link(ctx context.Context, id LinkID) (Link, error)
	// JoinRequests lists join requests, at most the limit.
	JoinRequests(ctx context.Context, q JoinRequestQuery) ([]JoinRequest, error)
	// JoinRequest: NotFound.
	JoinRequest(ctx context.Context, id JoinRequestID) (JoinRequest, error)
}

// SignInTx writes links and join requests.
type SignInTx interface {
	SignInReader
	// LockSignIn is SignIn, and locks the members.
	LockSignIn(ctx context.Context, k SignInKey) (SignInRows, error)
	// PutLink creates or replaces a link. Conflict with Field link, at the commit, when another live one has
	// its connection and subject, or its connection and member.
	PutLink(ctx context.Context, l Link) error
	// MoveLinks gives the live links of one member to another one. Those of connections of which the other
	// has a live link itself end.
	MoveLinks(ctx context.Context, from, to MemberID, at time.Time) error
	// PutJoinRequest creates or replaces a join request. Conflict with Field join_request, at the commit,
	// when another one of the address is pending.
	PutJoinRequest(ctx context.Context, q JoinRequest) error
}
