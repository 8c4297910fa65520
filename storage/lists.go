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
		l.columns += ", " + groupsOf(r.db.dialect)
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
	if l.q.Limit > 0 {
		text, err := l.page()
		if err != nil {
			return out, err
		}
		list = append(list, statement{sql: text, once: true, each: l.into(&out)})
	}
	if l.q.Count {
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
		item, err := l.scan(r)
		page.Items = append(page.Items, item)
		return err
	}
}

// text adds the conditions and writes the query down.
func (l *list[T]) text(q *bun.SelectQuery) (string, error) {
	alias := bun.Ident(l.of)
	q = q.Where("?.tenant_id = ?", alias, l.r.me())
	if d := l.q.Scope.Directory; !d.IsZero() {
		q = q.Where("?.directory_id = ?", alias, ident(d.UUID))
	}
	if l.only != "" {
		q = q.Where(l.only)
	}
	q, err := where(q, l.r.db.dialect, l.r.tenant, l.of, l.q.Where)
	if err != nil {
		return "", err
	}
	return l.written(q)
}

func (l *list[T]) written(q *bun.SelectQuery) (string, error) {
	b, err := q.AppendQuery(l.r.db.build.QueryGen(), nil)
	if err != nil {
		return "", fmt.Errorf("build the query: %w", err)
	}
	return string(b), nil
}

// page is the query of the rows: one more than asked for, to see whether there are more.
func (l *list[T]) page() (string, error) {
	if l.q.Offset > 0 {
		return l.distantPage()
	}
	q, err := l.ordered(l.r.db.build.NewSelect().TableExpr(l.table).ColumnExpr(l.columns).Limit(int64(l.q.Limit) + 1))
	if err != nil {
		return "", err
	}
	after := bun.Safe(">")
	if l.q.Desc {
		after = "<"
	}
	if !l.q.After.IsZero() {
		q = q.Where("?.id ? ?", bun.Ident(l.of), after, ident(l.q.After))
	}
	return l.text(q)
}

// distantPage passes over the rows before the page by their ids alone, which an index holds; only
// the page's own rows are read.
func (l *list[T]) distantPage() (string, error) {
	alias := bun.Ident(l.of)
	ids, err := l.ordered(l.r.db.build.NewSelect().TableExpr(l.table).ColumnExpr("?.id", alias).
		Limit(int64(l.q.Limit) + 1).Offset(int64(l.q.Offset)))
	if err != nil {
		return "", err
	}
	text, err := l.text(ids)
	if err != nil {
		return "", err
	}
	rows, err := l.ordered(l.r.db.build.NewSelect().TableExpr("(?) AS page", bun.Safe(text)).ColumnExpr(l.columns).
		Join("JOIN "+l.table+" ON ?.tenant_id = ? AND ?.id = page.id", alias, l.r.me(), alias))
	if err != nil {
		return "", err
	}
	return l.written(rows)
}

// ordered adds the order of the rows.
func (l *list[T]) ordered(q *bun.SelectQuery) (*bun.SelectQuery, error) {
	byID := bun.Safe("ASC")
	switch {
	case l.q.Order != roster.Field{}:
		by, err := orderBy(l.q.Order, string(l.of), l.r.db.dialect)
		if err != nil {
			return nil, err
		}
		direction := bun.Safe("ASC NULLS LAST")
		if l.q.Desc {
			direction = "DESC NULLS FIRST"
		}
		q = q.OrderExpr("? ?", by, direction)
	case l.q.Desc:
		byID = "DESC"
	}
	return q.OrderExpr("?.id ?", bun.Ident(l.of), byID), nil
}
