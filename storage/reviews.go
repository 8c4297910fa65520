package storage

import (
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const reviewColumns = `r.id, r.started_at, r.starter_source, r.starter_id, r.finished_at, r.finisher_source, r.finisher_id`

func scanReview(r row, tally ...any) (roster.Review, error) {
	var v roster.Review
	var id ident
	var started, finished instant
	var starter, finisher string
	err := r.Scan(append([]any{&id, &started, &starter, &v.StartedBy.ID, &finished, &finisher, &v.FinishedBy.ID}, tally...)...)
	v.ID.UUID, v.StartedAt, v.FinishedAt = tenant.UUID(id), started.time(), finished.time()
	v.StartedBy.Source, v.FinishedBy.Source = roster.Source(starter), roster.Source(finisher)
	return v, err //nolint:wrapcheck // the caller does
}

func scanTallied(r row) (roster.Review, error) {
	var t roster.ReviewTally
	v, err := scanReview(r, &t.Total, &t.Kept, &t.Removed, &t.Deactivated, &t.Asked, &t.Gone)
	v.Tally = t
	return v, err
}

// talliedReviews counts the people of each review beside it.
const talliedReviews = `SELECT ` + reviewColumns + `, count(i.position),
	count(CASE i.decision WHEN 'keep' THEN 1 END), count(CASE i.decision WHEN 'remove' THEN 1 END),
	count(CASE i.decision WHEN 'deactivate' THEN 1 END), count(CASE i.decision WHEN 'ask_directory' THEN 1 END),
	count(CASE WHEN i.decision = '' AND m.removed_at IS NOT NULL THEN 1 END)
	FROM reviews r LEFT JOIN review_items i ON i.tenant_id = r.tenant_id AND i.review_id = r.id
	LEFT JOIN members m ON m.tenant_id = i.tenant_id AND m.id = i.member_id
	WHERE r.tenant_id = $1`

const groupedReviews = ` GROUP BY r.tenant_id, ` + reviewColumns

// Review implements roster.ReviewReader.
func (r *reader) Review(ctx context.Context, id roster.ReviewID) (roster.Review, error) {
	var out []roster.Review
	err := r.run(ctx, "find review", statement{
		sql: talliedReviews + ` AND r.id = $2` + groupedReviews, args: []any{r.me(), ident(id.UUID)}, each: rowsOf(&out, scanTallied),
	})
	return first(out, err, "review")
}

// Reviews implements roster.ReviewReader.
func (r *reader) Reviews(ctx context.Context, limit int) ([]roster.Review, error) {
	var out []roster.Review
	err := r.run(ctx, "list reviews", statement{
		sql: talliedReviews + ` AND r.id IN (SELECT id FROM reviews WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2)` +
			groupedReviews + ` ORDER BY r.id DESC`,
		args: []any{r.me(), limited(limit)}, each: rowsOf(&out, scanTallied),
	})
	return out, err
}

const itemColumns = `i.review_id, i.position, i.member_id, i.label, i.email, i.role, i.state, i.directory_id, i.claims, i.active_at,
	i.decision, i.decided_at, i.decider_source, i.decider_id, m.state, m.role, m.directory_id`

const reviewItems = `SELECT ` + itemColumns + ` FROM review_items i JOIN members m ON m.tenant_id = i.tenant_id AND m.id = i.member_id
	WHERE i.tenant_id = $1 AND i.review_id = $2`

func scanItem(r row) (roster.ReviewItem, error) {
	var i roster.ReviewItem
	var review, member, directory, now ident
	var email, state, decision, source, nowState string
	var claims []byte
	var active, decided instant
	err := r.Scan(&review, &i.Position, &member, &i.Label, &email, &i.Role, &state, &directory, &claims, &active,
		&decision, &decided, &source, &i.DecidedBy.ID, &nowState, &i.Now.Role, &now)
	if err != nil {
		return i, err //nolint:wrapcheck // the caller does
	}
	i.Review.UUID, i.Member.UUID, i.Directory.UUID, i.Now.Directory.UUID = tenant.UUID(review), tenant.UUID(member), tenant.UUID(directory), tenant.UUID(now)
	i.Email, i.State, i.Now.State = roster.Email(email), roster.State(state), roster.State(nowState)
	i.Decision, i.DecidedBy.Source = roster.ReviewDecision(decision), roster.Source(source)
	i.LastActive, i.DecidedAt = active.time(), decided.time()
	i.Claims, err = undocumentBy(decodeClaims, claims)
	return i, err
}

// ReviewItems implements roster.ReviewReader.
func (r *reader) ReviewItems(ctx context.Context, q roster.ReviewQuery) ([]roster.ReviewItem, error) {
	s := narrowed(reviewItems, r.me(), ident(q.Review.UUID))
	s.and("i.position > ?", q.After)
	if q.Undecided {
		s.sql += " AND i.decision = '' AND m.removed_at IS NULL"
	}
	if q.Decision != "" {
		s.and("i.decision = ?", string(q.Decision))
	}
	if q.Text != "" {
		s.and(`i.search LIKE ? ESCAPE '\'`, likely(q.Text))
	}
	s.sql += ` ORDER BY i.position LIMIT ` + s.argument(limited(q.Limit))
	var out []roster.ReviewItem
	err := r.run(ctx, "list the people of a review", statement{sql: s.sql, args: s.args, each: rowsOf(&out, scanItem)})
	return out, err
}
