package roster

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"rollcall/internal/tenant"
)

// maxReviewMonths is the longest time between two reviews that begin by themselves.
const maxReviewMonths = 24

// StartReview begins an access review of everybody who is a member now. Conflict while another one is open.
func (r *Roster) StartReview(ctx context.Context, s Staff) (Review, error) {
	var out Review
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		if _, err := tx.Config(ctx); err != nil {
			return err
		}
		out = Review{ID: NewReviewID(tx.Now()), StartedAt: tx.Now(), StartedBy: s.Actor}
		if err := tx.OpenReview(ctx, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, reviewEvent(ReviewStarted, s, out.ID, MemberID{}, details{}))
	})
	if err != nil {
		return out, err
	}
	return r.Store.Reader(s.Tenant).Review(ctx, out.ID)
}

func reviewEvent(kind EventKind, s Staff, id ReviewID, m MemberID, d details) Event {
	d.Review = id.String()
	return Event{Kind: kind, Member: m, Actor: s.Actor, RequestID: s.RequestID, Data: d.json()}
}

// Review finds a review with its tally; NotFound.
func (r *Roster) Review(ctx context.Context, s Staff, id ReviewID) (Review, error) {
	return r.Store.Reader(s.Tenant).Review(ctx, id)
}

// Reviews lists the tenant's reviews, the latest first. The limit is 100 when none is given.
func (r *Roster) Reviews(ctx context.Context, s Staff, limit int) ([]Review, error) {
	if limit <= 0 {
		limit = listPage
	}
	return r.Store.Reader(s.Tenant).Reviews(ctx, limit)
}

// ReviewItems lists people of a review. The limit is 100 when none is given.
func (r *Roster) ReviewItems(ctx context.Context, s Staff, q ReviewQuery) (Page[ReviewItem], error) {
	if q.Limit <= 0 {
		q.Limit = listPage
	}
	limit := q.Limit
	q.Limit++
	q.Text = Fold(q.Text)
	items, err := r.Store.Reader(s.Tenant).ReviewItems(ctx, q)
	page := Page[ReviewItem]{Items: items}
	if len(items) > limit {
		page.Items, page.More = items[:limit], true
	}
	return page, err
}

// DecideReview decides about one person of an open review, and does at once what was decided: ReviewRemove ends the
// membership, ReviewDeactivate the access. Of a removed or deactivated person the decision stands; any other one may
// be changed while the review is open.
//
// Errors: NotFound; Conflict (decided) for what stands or a review that is finished; Invalid for a word that is none;
// those of RemoveMember and SetActive, such as managed_by_directory: then nothing was decided.
func (r *Roster) DecideReview(ctx context.Context, s Staff, id ReviewID, m MemberID, d ReviewDecision) (ReviewItem, error) {
	var out ReviewItem
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, alone bool) error {
		i, err := lockItem(ctx, tx, id, m)
		if err != nil {
			return err
		}
		if out = i; i.Decision == d {
			return nil
		}
		if err := r.carryOut(ctx, tx, s, i, d, alone); err != nil {
			return err
		}
		out.Decision, out.DecidedAt, out.DecidedBy = d, tx.Now(), s.Actor
		if err := tx.DecideItem(ctx, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, reviewEvent(ReviewDecided, s, id, m, details{Kind: string(d)}))
	})
	return out, err
}

// lockItem locks an open review and finds a person of it about whom something may be decided.
func lockItem(ctx context.Context, tx Tx, id ReviewID, m MemberID) (ReviewItem, error) {
	if err := lockOpen(ctx, tx, id); err != nil {
		return ReviewItem{}, err
	}
	i, err := tx.ReviewItem(ctx, id, m)
	if err != nil {
		return i, err
	}
	if i.Decision == ReviewRemove || i.Decision == ReviewDeactivate {
		return i, &Error{Kind: Conflict, Code: CodeDecided, Field: "decision", Detail: "It was decided already, and done: " + string(i.Decision) + ". What was done is undone on the page of team members."}
	}
	return i, nil
}

func lockOpen(ctx context.Context, tx Tx, id ReviewID) error {
	v, err := tx.LockReview(ctx, id)
	if err == nil && !v.Open() {
		err = &Error{Kind: Conflict, Code: CodeDecided, Field: "review", Detail: "The review is finished. Start another one."}
	}
	return err
}

// carryOut does what was decided.
func (r *Roster) carryOut(ctx context.Context, tx Tx, s Staff, i ReviewItem, d ReviewDecision, alone bool) error {
	if d == ReviewKeep && i.Now.State != StateRemoved {
		return nil
	}
	before, cfg, err := lockLive(ctx, tx, Staff{Tenant: s.Tenant, Actor: s.Actor}, i.Member)
	if err != nil {
		return err
	}
	_, elsewhere := cfg.Directory(before.Directory)
	switch d {
	case ReviewRemove:
		if elsewhere {
			return managed(before, cfg, "Take the person out of scope there, or deactivate the member here.")
		}
		return r.bury(ctx, tx, cfg, s.source(), before, saveOptions{alone: alone})
	case ReviewDeactivate:
		return r.turnOff(ctx, tx, cfg, s, before, alone)
	case ReviewAsk:
		if !elsewhere {
			return &Error{Kind: Invalid, Field: "decision", Detail: "No directory manages the member. Remove or deactivate it here."}
		}
		return nil
	case ReviewKeep:
		return nil
	}
	return &Error{Kind: Invalid, Field: "decision", Detail: "A decision is keep, remove, deactivate or ask_directory."}
}

// turnOff is the word of staff that a member has no access.
func (r *Roster) turnOff(ctx context.Context, tx Tx, cfg tenant.Config, s Staff, before Member, alone bool) error {
	c, _ := before.Claim(s.Actor.Source)
	off := false
	c.Source, c.By, c.At, c.Active = s.Actor.Source, s.Actor.ID, tx.Now(), &off
	after := before
	after.Claims = withClaim(before.Claims, c)
	after = seal(after, cfg, tx.Now())
	return r.save(ctx, tx, cfg, s.source(), before, &after, saveOptions{alone: alone})
}

// KeepInReview decides to keep those that the pick means and about whom nothing was decided, and returns how many.
func (r *Roster) KeepInReview(ctx context.Context, s Staff, id ReviewID, p ReviewPick) (int, error) {
	kept := 0
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		err := lockOpen(ctx, tx, id)
		if err == nil {
			kept, err = tx.KeepItems(ctx, id, p, s.Actor)
		}
		if err != nil || kept == 0 {
			return err
		}
		return tx.AppendEvent(ctx, reviewEvent(ReviewDecided, s, id, MemberID{}, details{Kind: string(ReviewKeep), Added: kept}))
	})
	return kept, err
}

// FinishReview ends a review; nothing of it changes from then on. Invalid (incomplete) while people are left about
// whom nothing was decided, unless incomplete says that this is how it shall be kept.
func (r *Roster) FinishReview(ctx context.Context, s Staff, id ReviewID, incomplete bool) (Review, error) {
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		if err := lockOpen(ctx, tx, id); err != nil {
			return err
		}
		v, err := tx.Review(ctx, id)
		if err != nil {
			return err
		}
		if left := v.Tally.Left(); left > 0 && !incomplete {
			return &Error{Kind: Invalid, Field: "incomplete", Detail: fmt.Sprintf("About %d of %d people nothing was decided yet. Decide about them, or say that the review shall end incomplete.", left, v.Tally.Total)}
		}
		v.FinishedAt, v.FinishedBy = tx.Now(), s.Actor
		if err := tx.EndReview(ctx, v); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, reviewEvent(ReviewFinished, s, id, MemberID{}, details{Status: reviewSum(v.Tally)}))
	})
	if err != nil {
		return Review{}, err
	}
	return r.Store.Reader(s.Tenant).Review(ctx, id)
}

// reviewSum is a tally in one line.
func reviewSum(t ReviewTally) string {
	return strconv.Itoa(t.Total) + " people: " + strconv.Itoa(t.Kept) + " kept, " + strconv.Itoa(t.Removed) + " removed, " +
		strconv.Itoa(t.Deactivated) + " deactivated, " + strconv.Itoa(t.Asked) + " asked for, " + strconv.Itoa(t.Gone) + " gone before, " +
		strconv.Itoa(t.Left()) + " undecided"
}

// ReviewDue says whether a review is due by the tenant's policy: it asks for one every so many months, and the last
// one began longer ago than that, or, when there never was one, the tenant is that old.
func ReviewDue(t tenant.Tenant, last []Review, now time.Time) bool {
	if t.Policy.ReviewMonths <= 0 || t.Status != tenant.Active {
		return false
	}
	since := t.CreatedAt
	if len(last) > 0 {
		if last[0].Open() {
			return false
		}
		since = last[0].StartedAt
	}
	return !now.Before(since.AddDate(0, t.Policy.ReviewMonths, 0))
}

// SetReviews says how often an access review begins by itself, in months up to 24; 0: never.
func (r *Roster) SetReviews(ctx context.Context, s Staff, months int) (tenant.Tenant, error) {
	if months < 0 || months > maxReviewMonths {
		return tenant.Tenant{}, &Error{Kind: Invalid, Field: "review_months", Detail: "Reviews begin every 1 to 24 months, or with 0 not by themselves."}
	}
	return r.changePolicy(ctx, s, func(_ Tx, _ tenant.Config, p *tenant.Policy) (Event, error) {
		p.ReviewMonths = months
		return s.event(TenantChanged, details{Fields: []string{"review_months"}}), nil
	})
}
