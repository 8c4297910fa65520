package roster

import (
	"time"

	"rollcall/internal/tenant"
)

// ReviewID identifies an access review; it prints as rev_….
type ReviewID struct{ tenant.UUID }

// NewReviewID makes an id that sorts by the given time.
func NewReviewID(now time.Time) ReviewID { return ReviewID{tenant.NewUUID(now)} }

// ParseReviewID reads rev_… or a UUID.
func ParseReviewID(s string) (ReviewID, error) {
	u, err := tenant.Parse("rev", s)
	return ReviewID{u}, err
}

// String returns the prefixed form.
func (id ReviewID) String() string { return tenant.Format("rev", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id ReviewID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *ReviewID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseReviewID(string(b))
	return err
}

// Review is an access review: everybody who was a member when it began is kept, or not. A tenant has one open
// review at most.
type Review struct {
	ID         ReviewID
	StartedAt  time.Time
	StartedBy  Actor
	FinishedAt time.Time // zero: it is open
	FinishedBy Actor
	Tally      ReviewTally
}

// Open says whether something can be decided yet.
func (r Review) Open() bool { return r.FinishedAt.IsZero() }

// ReviewTally counts the people of a review by what was decided. Gone are those without a decision who have been
// removed by other ways; the rest of Total has no decision yet.
type ReviewTally struct{ Total, Kept, Removed, Deactivated, Asked, Gone int }

// Left are the people about whom nothing was decided.
func (t ReviewTally) Left() int {
	return t.Total - t.Kept - t.Removed - t.Deactivated - t.Asked - t.Gone
}

// ReviewDecision is what was decided about a person.
type ReviewDecision string

// The decisions of a review.
const (
	ReviewKeep       ReviewDecision = "keep"
	ReviewRemove     ReviewDecision = "remove"        // the membership ended with the decision
	ReviewDeactivate ReviewDecision = "deactivate"    // access ended with the decision
	ReviewAsk        ReviewDecision = "ask_directory" // who manages the person elsewhere is asked to take them out
)

// ReviewItem is one person in a review, as they were when it began.
type ReviewItem struct {
	Review     ReviewID
	Position   int64
	Member     MemberID
	Label      string
	Email      Email
	Role       string
	State      State
	Directory  tenant.DirectoryID // that managed the member; zero: none
	Claims     []Claim
	LastActive time.Time // zero: never seen
	Decision   ReviewDecision
	DecidedAt  time.Time
	DecidedBy  Actor
	// Now is what the member is by now.
	Now ReviewNow
}

// ReviewNow is what has become of a person of a review.
type ReviewNow struct {
	State     State
	Role      string
	Directory tenant.DirectoryID
}

// Origin is the source by which the person came to be a member; see Member.Origin.
func (i ReviewItem) Origin() Source { return Member{Directory: i.Directory, Claims: i.Claims}.Origin() }
