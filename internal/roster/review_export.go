package roster

import (
	"context"
)

// exportPage is how many people of a review are read at once.
const exportPage = 500

// EachReviewItem returns what hands over all people of a review, in its order, until yield returns an error.
func (r *Roster) EachReviewItem(ctx context.Context, s Staff, id ReviewID) func(yield func(ReviewItem) error) error {
	return func(yield func(ReviewItem) error) error {
		q := ReviewQuery{Review: id, Limit: exportPage}
		for {
			page, err := r.ReviewItems(ctx, s, q)
			if err != nil {
				return err
			}
			for _, i := range page.Items {
				if err := yield(i); err != nil {
					return err
				}
				q.After = i.Position
			}
			if !page.More {
				return nil
			}
		}
	}
}

// ActorNames returns what names actors for people to read: an admin by the e-mail address or name, others by what they are. Each is looked up
// once; who can't be found is named by the id.
func (r *Roster) ActorNames(ctx context.Context, s Staff) func(Actor) string {
	known := map[Actor]string{{}: ""}
	return func(a Actor) string {
		name, ok := known[a]
		if !ok {
			name = r.actorName(ctx, s, a)
			known[a] = name
		}
		return name
	}
}

func (r *Roster) actorName(ctx context.Context, s Staff, a Actor) string {
	if id, err := ParseMemberID(a.ID); err == nil && a.ID != "" {
		if m, err := r.Store.Reader(s.Tenant).Member(ctx, Scope{}, id, false); err == nil {
			if m.Email != "" {
				return string(m.Email)
			}
			return m.Login
		}
	}
	if a.ID != "" {
		return a.ID
	}
	return string(a.Source)
}
