package roster

// Change is what a directory wants a member to be, in whole: a door works it
// out from the member as it was and what the directory sent.
type Change struct {
	Login      string
	ExternalID string
	// Email is the primary address as sent, not yet parsed. Empty: none was named.
	Email string
	// Addresses are all addresses that were sent, in order, not yet folded.
	Addresses []string
	// Active is the directory's word; nil: it said nothing, which never
	// deactivates.
	Active *bool
	// Roles are the values of the roles attribute, strongest claim first; nil: it
	// said nothing. An empty list takes back what it named before.
	Roles      []string
	Attributes Attributes
}

// EditFunc works out a Change from the member as it stands. It may be called
// more than once and must have no side effects. Its error ends the change with
// nothing written.
type EditFunc func(Member) (Change, error)

// GroupChange is what a directory wants of a group. Only what is named is
// touched: the members that are in neither list stay as they are.
type GroupChange struct {
	Name       *string
	ExternalID *string
	Attributes *Attributes // nil: as they are
	// Steps are applied in order.
	Steps []MemberStep
}

// MemberStep is one change of a group's membership.
type MemberStep struct {
	Op      MemberOp
	Members []MemberID // ignored for RemoveAll
}

// MemberOp says what a MemberStep does.
type MemberOp int

// The membership operations. All are idempotent.
const (
	AddMembers     MemberOp = iota + 1 // those already in the group stay
	RemoveMembers                      // those not in the group are passed over
	ReplaceMembers                     // the group has exactly these afterwards
	RemoveAll                          // the group is empty afterwards
)

// Precondition is what a caller knows of the version of what it changes
// (RFC 7644 §3.14).
type Precondition struct {
	// Version must be the stored version; 0: any.
	Version int64
	// NotVersion must not be the stored version; 0: any.
	NotVersion int64
}

// Check returns Stale when the stored version does not fit.
func (p Precondition) Check(stored int64) error {
	if p.Version != 0 && p.Version != stored || p.NotVersion != 0 && p.NotVersion == stored {
		return &Error{Kind: Stale, Detail: "The resource has changed since it was read. Read it again and repeat the change."}
	}
	return nil
}
