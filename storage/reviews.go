package storage

import (
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const reviewColumns = `r.id, r.started_at, r.starter_source, r.starter_id, r.finished_at, r.finisher_source, r.finisher_id`

func scanReview(r row, more ...any) (roster.Review, error) {
	var v roster.Review
	var id ident
	var started, finished instant
	var starter, finisher string
	err := r.Scan(append([]any{&id, &started, &starter, &v.StartedBy.ID, &finished, &finisher, &v.FinishedBy.ID}, more...)...)
	v.ID.UUID, v.StartedAt, v.FinishedAt = tenant.UUID(id), started.time(), finished.time()
	v.StartedBy.Source, v.FinishedBy.Source = roster.Source(starter), roster.Source(finisher)
	return v, err //nolint:wrapcheck // the caller does
}

// tallyNumbers is a tally as it is stored of a finished review.
type tallyNumbers [6]int

func numbersOf(t roster.ReviewTally) tallyNumbers {
	return tallyNumbers{t.Total, t.Kept, t.Removed, t.Deactivated, t.Asked, t.Gone}
}

func (n tallyNumbers) tally() roster.ReviewTally {
	return roster.ReviewTally{Total: n[0], Kept: n[1], Removed: n[2], Deactivated: n[3], Asked: n[4], Gone: n[5]}
}

// tallied reads reviews with their tallies. Those that are open are counted, of which there is one at a time.
func (r *reader) tallied(ctx context.Context, what, which string, args ...any) ([]roster.Review, error) {
	var out []roster.Review
	var counts []statement
	err := r.run(ctx, what, statement{sql: `SELECT ` + reviewColumns + `, r.tally FROM reviews r WHERE r.tenant_id = $1` + which, args: args, each: func(row row) error {
		var text []byte
		v, err := scanReview(row, &text)
		out = append(out, v)
		if err != nil || text == nil {
			counts = append(counts, r.counted(v.ID)...)
			return err
		}
		var n tallyNumbers
		err = undocument(text, &n)
		out[len(out)-1].Tally = n.tally()
		return err
	}})
	if err != nil || len(counts) == 0 {
		return out, err
	}
	at := make(map[roster.ReviewID]*roster.ReviewTally, len(out))
	for i := range out {
		at[out[i].ID] = &out[i].Tally
	}
	for i := range counts {
		counts[i].each = func(row row) error {
			var id ident
			var decision string
			n := 0
			err := row.Scan(&id, &decision, &n)
			if t := at[roster.ReviewID{UUID: tenant.UUID(id)}]; t != nil {
				addTo(t, decision, n)
			}
			return err
		}
	}
	return out, r.run(ctx, what, counts...)
}

// gone stands for the decision about those who were removed before there was one.
const gone = "gone"

// counted are the statements that count the people of a review by what was decided. Of those who are gone there are few, so
// that they are begun with.
func (r *reader) counted(id roster.ReviewID) []statement {
	args := []any{r.me(), ident(id.UUID)}
	return []statement{
		{sql: `SELECT i.review_id, i.decision, count(*) FROM review_items i WHERE i.tenant_id = $1 AND i.review_id = $2 GROUP BY i.review_id, i.decision`, args: args},
		{sql: `SELECT i.review_id, '` + gone + `', count(*) FROM members m JOIN review_items i ON i.tenant_id = m.tenant_id AND i.member_id = m.id
			WHERE m.tenant_id = $1 AND m.removed_at IS NOT NULL AND i.review_id = $2 AND i.decision = '' GROUP BY i.review_id`, args: args},
	}
}

func addTo(t *roster.ReviewTally, decision string, n int) {
	if decision == gone {
		t.Gone += n
		return
	}
	t.Total += n
	switch roster.ReviewDecision(decision) {
	case roster.ReviewKeep:
		t.Kept += n
	case roster.ReviewRemove:
		t.Removed += n
	case roster.ReviewDeactivate:
		t.Deactivated += n
	case roster.ReviewAsk:
		t.Asked += n
	}
}

// Review implements roster.ReviewReader.
func (r *reader) Review(ctx context.Context, id roster.ReviewID) (roster.Review, error) {
	out, err := r.tallied(ctx, "find review", ` AND r.id = $2`, r.me(), ident(id.UUID))
	return first(out, err, "review")
}

// Reviews implements roster.ReviewReader.
func (r *reader) Reviews(ctx context.Context, limit int) ([]roster.Review, error) {
	return r.tallied(ctx, "list reviews", ` ORDER BY r.id DESC LIMIT $2`, r.me(), limited(limit))
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
