package storage

import (
	"context"
	"fmt"

	"rollcall/internal/roster"
)

// fillReview writes down everybody who is a member.
const fillReview = `
	INSERT INTO review_items (tenant_id, review_id, position, member_id, label, email, search, role, state, directory_id, claims, active_at,
	  decision, decider_source, decider_id)
	SELECT m.tenant_id, r.id, row_number() OVER (ORDER BY s.seen_at NULLS FIRST, m.label_fold, m.id), m.id, m.label, m.email,
	  m.label_fold || ' ' || m.email, m.role, m.state, m.directory_id, m.claims, s.seen_at, '', '', ''
	FROM reviews r JOIN members m ON m.tenant_id = r.tenant_id AND m.removed_at IS NULL
	LEFT JOIN member_activity s ON s.tenant_id = m.tenant_id AND s.member_id = m.id
	WHERE r.tenant_id = $1 AND r.id = $2`

// OpenReview implements roster.ReviewTx.
func (t *tx) OpenReview(ctx context.Context, v roster.Review) error {
	return t.later(ctx, "open review",
		statement{
			sql: `INSERT INTO reviews (tenant_id, id, started_at, starter_source, starter_id, finisher_source, finisher_id)
				VALUES ($1, $2, $3, $4, $5, '', '')`,
			args:  []any{t.me(), ident(v.ID.UUID), instant(v.StartedAt), string(v.StartedBy.Source), v.StartedBy.ID},
			taken: &taken{field: takenReview},
		},
		statement{sql: fillReview, args: []any{t.me(), ident(v.ID.UUID)}})
}

// LockReview implements roster.ReviewTx.
func (t *tx) LockReview(ctx context.Context, id roster.ReviewID) (roster.Review, error) {
	var out []roster.Review
	err := t.run(ctx, "lock review", statement{
		sql:  `SELECT ` + reviewColumns + ` FROM reviews r WHERE r.tenant_id = $1 AND r.id = $2` + t.db.dialect.forUpdate("r"),
		args: []any{t.me(), ident(id.UUID)},
		each: rowsOf(&out, func(r row) (roster.Review, error) { return scanReview(r) }),
	})
	return first(out, err, "review")
}

// EndReview implements roster.ReviewTx.
func (t *tx) EndReview(ctx context.Context, v roster.Review) error {
	tally, err := document(numbersOf(v.Tally))
	if err != nil {
		return fmt.Errorf("end review: %w", err)
	}
	return t.later(ctx, "end review", statement{
		sql:  `UPDATE reviews SET finished_at = $3, finisher_source = $4, finisher_id = $5, tally = $6 WHERE tenant_id = $1 AND id = $2`,
		args: []any{t.me(), ident(v.ID.UUID), instant(v.FinishedAt), string(v.FinishedBy.Source), v.FinishedBy.ID, tally},
	})
}

// ReviewItem implements roster.ReviewTx.
func (t *tx) ReviewItem(ctx context.Context, id roster.ReviewID, m roster.MemberID) (roster.ReviewItem, error) {
	var out []roster.ReviewItem
	err := t.run(ctx, "find a person of a review", statement{
		sql: reviewItems + ` AND i.member_id = $3`, args: []any{t.me(), ident(id.UUID), ident(m.UUID)}, each: rowsOf(&out, scanItem),
	})
	return first(out, err, "person of the review")
}

// DecideItem implements roster.ReviewTx.
func (t *tx) DecideItem(ctx context.Context, i roster.ReviewItem) error {
	return t.later(ctx, "decide on a person of a review", statement{
		sql: `UPDATE review_items SET decision = $4, decided_at = $5, decider_source = $6, decider_id = $7
			WHERE tenant_id = $1 AND review_id = $2 AND member_id = $3`,
		args: []any{
			t.me(), ident(i.Review.UUID), ident(i.Member.UUID), string(i.Decision), instant(i.DecidedAt), string(i.DecidedBy.Source), i.DecidedBy.ID,
		},
	})
}

// KeepItems implements roster.ReviewTx.
func (t *tx) KeepItems(ctx context.Context, id roster.ReviewID, p roster.ReviewPick, by roster.Actor) (int, error) {
	d, n := t.db.dialect, 0
	s := narrowed(`UPDATE review_items SET decision = 'keep', decided_at = $3, decider_source = $4, decider_id = $5
		WHERE tenant_id = $1 AND review_id = $2 AND decision = ''`, t.me(), ident(id.UUID), instant(t.now), string(by.Source), by.ID)
	s.sql += ` AND member_id IN (SELECT m.id FROM members m WHERE m.tenant_id = $1 AND m.removed_at IS NULL)`
	if len(p.Members) > 0 {
		s.sql += " AND " + d.in("member_id", s.argument(d.list(memberIdents(p.Members))))
	}
	if !p.ActiveSince.IsZero() {
		s.and("active_at >= ?", instant(p.ActiveSince))
	}
	if len(p.Members) == 0 && p.ActiveSince.IsZero() {
		return 0, nil
	}
	err := t.run(ctx, "keep people of a review", statement{
		sql: s.sql + " RETURNING position", args: s.args,
		each: func(r row) error {
			n++
			return r.Scan(new(int64))
		},
	})
	return n, err
}
