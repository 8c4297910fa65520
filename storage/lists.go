package storage

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"rollcall/internal/roster"
)

// Members implements roster.Reader.
func (r *reader) Members(ctx context.Context, q roster.Query) (roster.Page[roster.Member], error) {
	l := list[roster.Member]{
		r: r, q: q, of: ofMembers, table: "members AS m", columns: memberColumns,
		scan: func(row row) (roster.Member, error) { return scanMember(row, q.WithGroups) },
	}
	if q.WithGroups {
		l.columns += ", " + groupsOf(r.db.dialect, q.Scope)
	}
	if !q.Scope.Directory.IsZero() || !q.WithRemoved {
		l.only = "m.removed_at IS NULL"
	}
	if key, ok := memberKey(q); ok {
		return l.byKey(ctx, key)
	}
	return l.read(ctx)
}

// Groups implements roster.Reader.
func (r *reader) Groups(ctx context.Context, q roster.Query) (roster.Page[roster.Group], error) {
	l := list[roster.Group]{r: r, q: q, of: ofGroups, table: "groups AS g", columns: groupColumns, scan: scanGroup}
	if key, ok := groupKey(q); ok {
		return l.byKey(ctx, key)
	}
	return l.read(ctx)
}

// list reads one page of a table.
type list[T any] struct {
	r       *reader
	q       roster.Query
	of      subjects // also the alias of the table
	table   string
	columns string
	only    string // a further condition; empty: none
	scan    func(row) (T, error)
}

// read builds the page, and the count beside it, with bun.
func (l *list[T]) read(ctx context.Context) (roster.Page[T], error) {
	var out roster.Page[T]
	var list []statement
	if found, err := l.fromEnd(ctx, &out); found || err != nil {
		return out, err
	}
	out = roster.Page[T]{}
	if l.q.Limit > 0 {
		texts, err := l.page()
		if err != nil {
			return out, err
		}
		for _, text := range texts {
			list = append(list, statement{sql: text, once: true, each: l.into(&out)})
		}
	}
	switch {
	case l.q.Count && l.tallied():
		list = append(list, l.r.total(l.of, l.q.Scope, &out.Total))
	case l.q.Count:
		text, err := l.text(l.r.db.build.NewSelect().TableExpr(l.table).ColumnExpr("count(*)"))
		if err != nil {
			return out, err
		}
		list = append(list, statement{sql: text, once: true, each: func(r row) error { return r.Scan(&out.Total) }})
	}
	if len(list) == 0 {
		return out, nil
	}
	err := l.r.run(ctx, "list "+l.table, list...)
	return out, err
}

// into collects the rows of a page, which has one row too many when there are more.
func (l *list[T]) into(page *roster.Page[T]) func(row) error {
	return func(r row) error {
		if len(page.Items) == l.q.Limit {
			page.More = true
			return nil
		}
		var key *string
		item, err := l.scan(keyedRow{r, &key})
		page.Items, page.LastKey = append(page.Items, item), key
		return err
	}
}

// keyedRow is a row with its sort key behind the columns that are scanned.
type keyedRow struct {
	row
	key **string
}

func (r keyedRow) Scan(dest ...any) error {
	return r.row.Scan(append(dest, r.key)...) //nolint:wrapcheck // the caller does
}

// text adds the conditions and writes the query down.
func (l *list[T]) text(q *bun.SelectQuery) (string, error) {
	q = l.within(q)
	q, err := where(q, l.r.db.dialect, l.r.tenant, l.of, l.q)
	if err != nil {
		return "", err
	}
	return l.written(q)
}

// within keeps to the tenant and what the scope sees.
func (l *list[T]) within(q *bun.SelectQuery) *bun.SelectQuery {
	alias := bun.Ident(l.of)
	q = q.Where("?.tenant_id = ?", alias, l.r.me())
	if d := l.q.Scope.Directory; !d.IsZero() {
		q = q.Where("?.directory_id = ?", alias, ident(d.UUID))
	}
	if l.only != "" {
		q = q.Where(l.only)
	}
	return q
}

func (l *list[T]) written(q *bun.SelectQuery) (string, error) {
	b, err := q.AppendQuery(l.r.db.build.QueryGen(), nil)
	if err != nil {
		return "", fmt.Errorf("build the query: %w", err)
	}
	return string(b), nil
}

// page are the queries of the rows, in their order: one row more than asked for, to see whether
// there are more.
func (l *list[T]) page() ([]string, error) {
	o, err := orderBy(l.q, l.of, l.r.db.dialect)
	if err != nil {
		return nil, err
	}
	if l.q.Offset > 0 {
		text, err := l.distantPage(o, l.q.Limit+1, l.q.Offset, false)
		return []string{text}, err
	}
	var texts []string
	for _, p := range l.parts(o) {
		q := l.limited().ColumnExpr(l.columns).ColumnExpr("? AS sort_key", p.key())
		if p.only != "" {
			q = q.Where(p.only)
		}
		if !p.whole && !l.q.After.IsZero() {
			after, err := p.after(l.q, l.of)
			if err != nil {
				return nil, err
			}
			q = q.Where("?", after)
		}
		text, err := l.text(p.ordered(q, l.of, l.q.Desc))
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

func (l *list[T]) limited() *bun.SelectQuery {
	return l.r.db.build.NewSelect().TableExpr(l.table).Limit(int64(l.q.Limit) + 1)
}

// part is a piece of a list that an index serves in order.
type part struct {
	ordering
	only  string // which rows; empty: all
	whole bool   // the place that the page begins behind lies before all of it
}

// parts splits the list of a directory's members by external id into those who have one and those
// who don't: no index has both in order.
func (l *list[T]) parts(o ordering) []part {
	if l.of != ofMembers || l.q.Order.Column != roster.ColumnExternalID || l.q.Scope.Directory.IsZero() {
		return []part{{ordering: o}}
	}
	column := expr("m.external_id")
	with := part{only: "m.external_id <> ''", ordering: ordering{by: column, text: column, unique: true, value: sameText}}
	without := part{only: "m.external_id = ''"}
	first, last := with, without
	if l.q.Desc {
		first, last = without, with
	}
	if inLast := (l.q.AfterKey == nil) != l.q.Desc; inLast && !l.q.After.IsZero() {
		return []part{last}
	}
	last.whole = true
	return []part{first, last}
}

// distantPage passes over skip rows by what an index holds alone and reads only the page's own, in
// their order. backward begins at the end of the list.
func (l *list[T]) distantPage(o ordering, limit, skip int, backward bool) (string, error) {
	alias := bun.Ident(l.of)
	handle := expr("?.id", alias)
	if o.unique {
		handle = o.by
	}
	some := l.r.db.build.NewSelect().TableExpr(l.table).ColumnExpr("? AS handle", handle).Limit(int64(limit)).Offset(int64(skip))
	text, err := l.text(o.ordered(some, l.of, l.q.Desc != backward))
	if err != nil {
		return "", err
	}
	rows := l.r.db.build.NewSelect().TableExpr("(?) AS page", bun.Safe(text)).
		ColumnExpr(l.columns).ColumnExpr("? AS sort_key", o.key()).Join("JOIN "+l.table+" ON ? = page.handle", handle)
	return l.written(o.ordered(l.within(rows), l.of, l.q.Desc))
}
