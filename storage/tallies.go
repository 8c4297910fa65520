package storage

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// What lists without a predicate count is kept in the table tallies, in the transactions that change
// it. On PostgreSQL each of these, or all that share a trip, add a row of their own: rows that are changed in place would be
// locked until the commit, and all creates of a directory would queue for one. See decision 15.

// foldOdds is how many tallies are added, on average, for one that puts a directory's rows together.
const foldOdds = 500

// tallyLock is the class of the advisory locks that keep two from putting the same rows together.
const tallyLock = 0x74616c79 // "taly"

const (
	addTally = `INSERT INTO tallies (tenant_id, directory_id, members, groups) VALUES ($1, $2, $3, $4)`
	// The rows of two foldings never overlap, so that none waits for another: who finds somebody at
	// it leaves it to them. Rows that were put together since this statement began are passed over by
	// DELETE, which looks again.
	foldTallies = `
		WITH alone AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($3, $4) AS ok),
		gone AS (DELETE FROM tallies WHERE tenant_id = $1 AND directory_id = $2 AND (SELECT ok FROM alone) RETURNING members, groups)
		INSERT INTO tallies (tenant_id, directory_id, members, groups)
		SELECT $1, $2, sum(members), sum(groups) FROM gone HAVING count(*) > 0`
)

// tally is the statements that change the numbers of a directory; the zero one stands for none.
func (t *tx) tally(id tenant.DirectoryID, members, groups int) []statement {
	args := []any{t.me(), id.UUID.UUID(), members, groups}
	if t.db.dialect == sqlite {
		return []statement{{
			sql: addTally + ` ON CONFLICT (tenant_id, directory_id) DO UPDATE SET
				members = members + excluded.members, groups = groups + excluded.groups`,
			args: args,
		}}
	}
	return append([]statement{{sql: addTally, part: partTally, args: args}}, t.foldNowAndThen(id)...)
}

func (t *tx) foldNowAndThen(id tenant.DirectoryID) []statement {
	if t.db.dialect == sqlite || rand.N(foldOdds) > 0 { //nolint:gosec // no secret
		return nil
	}
	return []statement{foldOf(t.me(), id)}
}

func foldOf(me ident, id tenant.DirectoryID) statement {
	key := int32(binary.BigEndian.Uint32(id.UUID[12:]))
	return statement{sql: foldTallies, args: []any{me, id.UUID.UUID(), int32(tallyLock), key}}
}

// tallySums adds up what drafts that share a trip have to add.
type tallySums map[string]*[2]int // by directory: members, groups

// take takes the tallies out of a list.
func (sums tallySums) take(list []statement) []statement {
	return slices.DeleteFunc(list, func(s statement) bool {
		if s.part != partTally {
			return false
		}
		directory, _ := s.args[1].(string)
		if sums[directory] == nil {
			sums[directory] = &[2]int{}
		}
		for i := range 2 {
			n, _ := s.args[2+i].(int)
			sums[directory][i] += n
		}
		return true
	})
}

// statements writes down what was added up.
func (sums tallySums) statements(me ident) []statement {
	var list []statement
	for directory, n := range sums {
		list = append(list, statement{sql: addTally, args: []any{me, directory, n[0], n[1]}})
	}
	return list
}

// moved is the tallies of a member's change from one directory to another, or to or from a tombstone.
func (t *tx) moved(before, after roster.Member) []statement {
	if before.Directory == after.Directory && before.Removed() == after.Removed() {
		return nil
	}
	var list []statement
	if !before.Removed() {
		list = append(list, t.tally(before.Directory, -1, 0)...)
	}
	if !after.Removed() {
		list = append(list, t.tally(after.Directory, 1, 0)...)
	}
	return list
}

// counts is the column that counts a subject.
func (of subjects) counts() string {
	if of == ofGroups {
		return "groups"
	}
	return "members"
}

// total reads the number of members, or of groups, of a directory or else of the tenant.
func (r *reader) total(of subjects, s roster.Scope, into *int) statement {
	st := statement{
		sql:  `SELECT coalesce(sum(` + of.counts() + `), 0) FROM tallies WHERE tenant_id = $1`,
		args: []any{r.me()}, each: func(r row) error { return r.Scan(into) },
	}
	if !s.Directory.IsZero() {
		st.sql += ` AND directory_id = $2`
		st.args = append(st.args, ident(s.Directory.UUID))
	}
	return st
}

// tallied says that the rows of the list are those that the tallies count.
func (l *list[T]) tallied() bool {
	return l.q.Where == nil && (l.of == ofGroups || l.only != "")
}

// fromEnd reads a page that is nearer to the end of the list than to its beginning, if that is
// known, from there; else it returns false. Where such a page lies follows from the total, which must be that
// of the very state whose rows are read. As one statement the planner could not know how few rows
// are passed over, so the total is read first, and again beside the rows.
func (l *list[T]) fromEnd(ctx context.Context, out *roster.Page[T]) (bool, error) {
	if l.q.Offset == 0 || l.q.Limit <= 0 || !l.tallied() {
		return false, nil
	}
	o, err := orderBy(l.q, l.of, l.r.db.dialect)
	if err != nil {
		return false, err
	}
	n, again := 0, 0
	if err := l.r.run(ctx, "count "+l.table, l.r.total(l.of, l.q.Scope, &n)); err != nil {
		return false, err
	}
	const tries = 3 // against writers
	for range tries {
		left := n - l.q.Offset // from the beginning of the page to the end of the list
		if left >= l.q.Offset {
			return false, nil
		}
		*out = roster.Page[T]{}
		list := []statement{l.r.total(l.of, l.q.Scope, &again)}
		if left > 0 {
			wanted := min(l.q.Limit+1, left)
			text, err := l.distantPage(o, wanted, left-wanted, true)
			if err != nil {
				return false, err
			}
			list = append(list, statement{sql: text, once: true, each: l.into(out)})
		}
		if err := l.r.run(ctx, "list "+l.table+" from the end", list...); err != nil {
			return false, err
		}
		if again == n {
			if l.q.Count {
				out.Total = n
			}
			return true, nil
		}
		n = again
	}
	return false, nil
}
