package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// WaitingReader reads what waits: for its time, or for an admin.
type WaitingReader interface {
	// Held lists members whose directory's "no" is held back, by member id.
	Held(ctx context.Context, q HeldQuery) ([]Held, error)
	// InConflict lists the members, not removed, that wait for an admin, by id.
	InConflict(ctx context.Context, q ConflictQuery) ([]Member, error)
	// SameNames lists the groups of directories in force that bear the name of a group kept by
	// hand, by id, without those that an admin has decided on.
	SameNames(ctx context.Context, q ConflictQuery) ([]SameName, error)
	// Matches is LockMatches without the locks.
	Matches(ctx context.Context, m Match) ([]Member, error)
	// Decision is what was last decided about a member or group. NotFound.
	Decision(ctx context.Context, subject tenant.UUID) (Decided, error)
}

// WaitingTx writes what waits. Held follows from the members that are written.
type WaitingTx interface {
	WaitingReader
	// PutDecision replaces the last decision about a member or group.
	PutDecision(ctx context.Context, d Decided) error
	// ParkGroups keeps in mind which groups a member was in.
	ParkGroups(ctx context.Context, id MemberID, groups []GroupID) error
	// UnparkGroups puts members back into the groups that were parked since a time and are still
	// there, and forgets what was parked.
	UnparkGroups(ctx context.Context, ids []MemberID, since time.Time) error
	// ForgetGroups forgets what was parked.
	ForgetGroups(ctx context.Context, id MemberID) error
}

// HeldQuery asks for held changes.
type HeldQuery struct {
	Directory tenant.DirectoryID // zero: of all
	DueBy     time.Time          // zero: whenever due
	// Login and ExternalID ask for removals by either key; both empty: for all.
	Login, ExternalID string
	After             MemberID
	Limit             int
}

// Held is one change that is held back.
type Held struct {
	Member MemberID
	Hold
}

// ConflictQuery asks for what waits for an admin.
type ConflictQuery struct {
	Directory tenant.DirectoryID // zero: of all
	Code      Code               // empty: all
	After     tenant.UUID
	Limit     int
}

// SameName is a pushed group and the one kept by hand whose name it bears.
type SameName struct{ Pushed, ByHand Group }

// Decided is what somebody decided about a member or group that waited.
type Decided struct {
	Subject  tenant.UUID
	Code     Code // why it waited
	Decision Decision
	Other    tenant.UUID // whom it was compared with; may be zero
	By       Actor
	At       time.Time
}
