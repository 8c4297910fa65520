package api

import (
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/view"
)

func (d *Door) reviews() {
	const tag = "Access reviews"
	add(d, tag, operation{id: "listReviews", verb: "GET /tenants/{tenant}/reviews", scope: ReadMembers, summary: "List access reviews", about: "The latest first, at most 100."}, d.listReviews)
	add(d, tag, operation{id: "startReview", verb: "POST /tenants/{tenant}/reviews", scope: WriteMembers, status: 201, summary: "Start an access review", about: "Writes down everybody who is a member, with role, source and last activity. One review is open at a time."}, d.startReview)
	add(d, tag, operation{id: "getReview", verb: "GET /tenants/{tenant}/reviews/{review}", scope: ReadMembers, summary: "Read an access review", about: "With how many people were kept, removed, and are left."}, d.getReview)
	add(d, tag, operation{id: "listReviewPeople", verb: "GET /tenants/{tenant}/reviews/{review}/people", scope: ReadMembers, summary: "List the people of a review", about: "Those who were away the longest come first."}, d.listReviewPeople)
	add(d, tag, operation{id: "decideReview", verb: "PUT /tenants/{tenant}/reviews/{review}/people/{member}", scope: WriteMembers, summary: "Decide about a person", about: "What is decided is done at once: remove ends the membership, deactivate the access. Both stand; keep and ask_directory may be changed while the review is open."}, d.decideReview)
	add(d, tag, operation{id: "finishReview", verb: "POST /tenants/{tenant}/reviews/{review}/finish", scope: WriteMembers, summary: "Finish a review", about: "Nothing of it changes any more. 422 while people are left about whom nothing was decided, unless incomplete is true."}, d.finishReview)
}

func (d *Door) listReviews(ctx context.Context, in *InTenant) (*answer[page[view.ReviewView]], error) {
	s, err := d.staff(ctx, *in)
	if err != nil {
		return nil, err
	}
	found, err := d.Roster.Reviews(ctx, s, 0)
	if err != nil {
		return nil, err
	}
	return the(page[view.ReviewView]{Items: views(found, view.Review)}), nil
}

func (d *Door) startReview(ctx context.Context, in *InTenant) (*answer[view.ReviewView], error) {
	s, err := d.staff(ctx, *in)
	if err != nil {
		return nil, err
	}
	r, err := d.Roster.StartReview(ctx, s)
	if err != nil {
		return nil, err
	}
	return the(view.Review(r)), nil
}

// InReview names a review of a tenant.
type InReview struct {
	InTenant
	Review string `path:"review" doc:"The review, by its id (rev_…)."`
}

func (d *Door) review(ctx context.Context, in InReview) (roster.Staff, roster.ReviewID, error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return s, roster.ReviewID{}, err
	}
	id, err := roster.ParseReviewID(in.Review)
	if err != nil {
		return s, id, none("review")
	}
	return s, id, nil
}

func (d *Door) getReview(ctx context.Context, in *InReview) (*answer[view.ReviewView], error) {
	s, id, err := d.review(ctx, *in)
	if err != nil {
		return nil, err
	}
	r, err := d.Roster.Review(ctx, s, id)
	if err != nil {
		return nil, err
	}
	return the(view.Review(r)), nil
}

type listReviewPeopleIn struct {
	InReview
	After     int64                 `query:"after" minimum:"0" doc:"Only those behind this position: position of the last one seen."`
	Limit     int                   `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"The most to list."`
	Undecided bool                  `query:"undecided" doc:"Only those about whom nothing was decided."`
	Decision  roster.ReviewDecision `query:"decision" enum:"keep,remove,deactivate,ask_directory" doc:"Only those about whom this was decided."`
	Text      string                `query:"text" maxLength:"100" doc:"Only those whose name or address has this in it."`
}

// reviewPeople is a page of people of a review.
type reviewPeople struct {
	Items []view.ReviewItemView `json:"items"`
	After int64                 `json:"after,omitempty" doc:"Ask for what is behind this position to get the next page; absent: there is none."`
}

func (d *Door) listReviewPeople(ctx context.Context, in *listReviewPeopleIn) (*answer[reviewPeople], error) {
	s, id, err := d.review(ctx, in.InReview)
	if err != nil {
		return nil, err
	}
	if _, err := d.Roster.Review(ctx, s, id); err != nil {
		return nil, err
	}
	q := roster.ReviewQuery{Review: id, After: in.After, Limit: in.Limit, Undecided: in.Undecided, Decision: in.Decision, Text: in.Text}
	found, err := d.Roster.ReviewItems(ctx, s, q)
	if err != nil {
		return nil, err
	}
	out := reviewPeople{Items: views(found.Items, view.ReviewItem)}
	if found.More {
		out.After = found.Items[len(found.Items)-1].Position
	}
	return the(out), nil
}

type decideReviewIn struct {
	InReview
	Member string `path:"member" doc:"The member, by its id (mem_…)."`
	Body   struct {
		Decision roster.ReviewDecision `json:"decision" enum:"keep,remove,deactivate,ask_directory"`
	}
}

func (d *Door) decideReview(ctx context.Context, in *decideReviewIn) (*answer[view.ReviewItemView], error) {
	s, id, err := d.review(ctx, in.InReview)
	if err != nil {
		return nil, err
	}
	m, err := roster.ParseMemberID(in.Member)
	if err != nil {
		return nil, none("person of the review")
	}
	i, err := d.Roster.DecideReview(ctx, s, id, m, in.Body.Decision)
	if err != nil {
		return nil, err
	}
	return the(view.ReviewItem(i)), nil
}

type finishReviewIn struct {
	InReview
	Body struct {
		Incomplete bool `json:"incomplete,omitempty" doc:"Finish although people are left."`
	}
}

func (d *Door) finishReview(ctx context.Context, in *finishReviewIn) (*answer[view.ReviewView], error) {
	s, id, err := d.review(ctx, in.InReview)
	if err != nil {
		return nil, err
	}
	r, err := d.Roster.FinishReview(ctx, s, id, in.Body.Incomplete)
	if err != nil {
		return nil, err
	}
	return the(view.Review(r)), nil
}
