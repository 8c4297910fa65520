package roster

import (
	"context"
	"errors"

	"rollcall/internal/tenant"
)

// reviewMails is how many admins are mailed when a review begins by itself.
const reviewMails = 50

// ReviewNotice is what the mail about a review that began by itself is written from.
type ReviewNotice struct {
	Config tenant.Config
	Review Review
	People int
	To     Email
}

// StartDueReviews begins the reviews that tenants' policies ask for by now, and has admins mailed. It is for a job: one
// that another replica has begun meanwhile is no error. write must be pure; nil: nobody is mailed.
func (r *Roster) StartDueReviews(ctx context.Context, write func(ReviewNotice) (MailDraft, error)) error {
	all, err := r.Locator.Tenants(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range all {
		if t.Policy.ReviewMonths == 0 {
			continue
		}
		last, err := r.Store.Reader(t.ID).Reviews(ctx, 1)
		if err == nil && ReviewDue(t, last, r.Now()) {
			err = r.startDue(ctx, t.ID, write)
		}
		if err != nil && !errors.Is(err, Conflict) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (r *Roster) startDue(ctx context.Context, id tenant.ID, write func(ReviewNotice) (MailDraft, error)) error {
	s := Staff{Tenant: id, Actor: Actor{Source: SourceTenant}}
	return r.Store.Update(ctx, id, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		counts, err := tx.TeamCounts(ctx, tx.Now())
		if err != nil {
			return err
		}
		admins, err := tx.Team(ctx, TeamQuery{Role: cfg.Tenant.Roles.Admin(), State: StateActive, Limit: reviewMails})
		if err != nil {
			return err
		}
		v := Review{ID: NewReviewID(tx.Now()), StartedAt: tx.Now(), StartedBy: s.Actor}
		if err := tx.OpenReview(ctx, v); err != nil {
			return err
		}
		for _, a := range admins.Items {
			if write == nil || a.Member.Email == "" {
				continue
			}
			d, err := write(ReviewNotice{Config: cfg, Review: v, People: counts.Total(), To: a.Member.Email})
			if err != nil {
				return err
			}
			d.Member = a.Member.ID
			if _, err := tx.QueueMail(ctx, d); err != nil {
				return err
			}
		}
		return tx.AppendEvent(ctx, reviewEvent(ReviewStarted, s, v.ID, MemberID{}, details{}))
	})
}
