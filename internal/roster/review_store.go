package roster

import (
	"context"
	"time"
)

// ReviewQuery asks for people of a review, in its order: those who were away the longest come first.
type ReviewQuery struct {
	Review ReviewID
	// Undecided leaves those about whom something was decided, and those who were removed meanwhile, out.
	Undecided bool
	Decision  ReviewDecision // only those about whom this was decided; empty: all
	Text      string         // part of the name or address, folded; empty: all
	After     int64          // only those behind this position
	Limit     int            // 0: all
}

// ReviewPick says about whom of a review something is decided at once: those of Members, or those that were active
// since a time. Either is set. Those about whom something was decided already are passed over.
type ReviewPick struct {
	Members     []MemberID
	ActiveSince time.Time
}

// ReviewReader reads access reviews.
type ReviewReader interface {
	// Review finds a review with its tally; NotFound.
	Review(ctx context.Context, id ReviewID) (Review, error)
	// Reviews lists reviews with their tallies, the latest first, at most limit.
	Reviews(ctx context.Context, limit int) ([]Review, error)
	// ReviewItems lists the people of a review.
	ReviewItems(ctx context.Context, q ReviewQuery) ([]ReviewItem, error)
}

// ReviewTx writes access reviews.
type ReviewTx interface {
	// OpenReview adds a review of all members that are not removed, as they are now. Conflict with Field review, at
	// the commit, while another one is open.
	OpenReview(ctx context.Context, r Review) error
	// LockReview is Review without the tally, and keeps others from changing it until the end. NotFound.
	LockReview(ctx context.Context, id ReviewID) (Review, error)
	// EndReview notes when, and by whom, a locked review was finished, and its tally, which no reader counts from then on.
	EndReview(ctx context.Context, r Review) error
	// ReviewItem finds one person of a review; NotFound.
	ReviewItem(ctx context.Context, id ReviewID, m MemberID) (ReviewItem, error)
	// DecideItem notes what was decided about one person of a locked review.
	DecideItem(ctx context.Context, i ReviewItem) error
	// KeepItems notes ReviewKeep for those that the pick means, and returns how many.
	KeepItems(ctx context.Context, id ReviewID, p ReviewPick, by Actor) (int, error)
}
