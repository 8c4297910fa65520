package main

import (
	"context"
	"time"

	"rollcall/internal/jobs"
	"rollcall/internal/mail"
	"rollcall/internal/metrics"
	"rollcall/internal/roster"
	"rollcall/internal/team"
)

// reviewTime is by when admins are asked to finish a review that began by itself.
const reviewTime = 14 * 24 * time.Hour

// reviewJob begins access reviews by the tenants' policies, and has their admins mailed where mails leave.
func (p *program) reviewJob(figures *metrics.Metrics) jobs.Kind {
	r := p.roster()
	r.Store = counted{p.db, figures}
	return jobs.Kind{Name: "start_reviews", Every: time.Hour, Timeout: jobs.MaxTimeout, Work: func(ctx context.Context, _ jobs.Job) error {
		key, err := p.key()
		if err != nil {
			return err
		}
		post := p.post(key)
		if post.Off {
			return r.StartDueReviews(ctx, nil)
		}
		public := p.baseURL(p.Listen)
		return r.StartDueReviews(ctx, func(n roster.ReviewNotice) (roster.MailDraft, error) {
			return post.Draft(roster.MailReviewDue, n.To, "", mail.Review{
				Tenant: n.Config.Tenant.Name, Link: public + team.Prefix + "/review/" + n.Review.ID.String(), People: n.People, Due: n.Review.StartedAt.Add(reviewTime),
			})
		})
	}}
}
