package storage

import (
	"context"

	"github.com/uptrace/bun"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Resources implements roster.Reader: a page of keys out of both tables, then the rows of each.
func (r *reader) Resources(ctx context.Context, q roster.ResourceQuery) (roster.Page[roster.Resource], error) {
	var page roster.Page[roster.Resource]
	if q.Limit <= 0 {
		return page, nil
	}
	u := union{r: r, q: q}
	if err := u.keys(ctx, &page); err != nil {
		return page, err
	}
	members, groups, err := u.rows(ctx)
	if err != nil {
		return page, err
	}
	for _, k := range u.found {
		m, isMember := members[k.id]
		g, isGroup := groups[k.id]
		switch {
		case isMember && !k.group:
			page.Items = append(page.Items, roster.Resource{Member: &m})
		case isGroup && k.group:
			page.Items = append(page.Items, roster.Resource{Group: &g})
		default:
			continue // gone meanwhile
		}
		page.LastKey = k.key
	}
	return page, nil
}

// union is one page of both tables.
type union struct {
	r     *reader
	q     roster.ResourceQuery
	found []unionKey
}

type unionKey struct {
	id    tenant.UUID
	group bool
	key   *string
}

// branch is what one table has for the page, in order: no more than the page could take from it.
func branch[T any](l list[T], kind string, byKind bool) (string, ordering, error) {
	o, err := orderBy(l.q, l.of, l.r.db.dialect)
	if byKind {
		// A bare literal can't be ordered by.
		constant := expr("CAST(? AS text)", kind)
		o = ordering{by: constant, text: constant, value: sameText}
	}
	if err != nil {
		return "", o, err
	}
	by := o.by
	if o.byID() {
		by = expr("NULL")
	}
	q := l.r.db.build.NewSelect().TableExpr(l.table).ColumnExpr("? AS kind", kind).ColumnExpr("?.id AS id", bun.Ident(l.of)).
		ColumnExpr("? AS by_key", by).ColumnExpr("? AS sort_key", o.key()).Limit(int64(l.q.Offset) + int64(l.q.Limit) + 1)
	if !l.q.After.IsZero() {
		after, err := o.after(l.q, l.of)
		if err != nil {
			return "", o, err
		}
		q = q.Where("?", after)
	}
	text, err := l.text(o.ordered(q, l.of, l.q.Desc))
	return text, o, err
}

// The kinds by their names in SCIM, whose order is that of meta.resourceType.
const (
	kindGroup  = "Group"
	kindMember = "User"
)

func (u *union) text() (string, error) {
	base := roster.Query{
		Scope: u.q.Scope, Order: roster.Field{Column: u.q.Order}, Desc: u.q.Desc,
		Offset: u.q.Offset, After: u.q.After, AfterKey: u.q.AfterKey, Limit: u.q.Limit,
	}
	ofGroup, ofMember := base, base
	ofGroup.Where, ofMember.Where = u.q.Groups, u.q.Members
	groups, o, err := branch(list[roster.Group]{r: u.r, q: ofGroup, of: ofGroups, table: "groups AS g"}, kindGroup, u.q.ByKind)
	if err != nil {
		return "", err
	}
	members, _, err := branch(list[roster.Member]{r: u.r, q: ofMember, of: ofMembers, table: "members AS m", only: "m.removed_at IS NULL"}, kindMember, u.q.ByKind)
	if err != nil {
		return "", err
	}
	both := o
	if !o.byID() {
		both.by, both.unique = expr("page.by_key"), false
	}
	q := u.r.db.build.NewSelect().ColumnExpr("page.kind, page.id, page.sort_key").
		TableExpr("(SELECT * FROM (?) AS a UNION ALL SELECT * FROM (?) AS b) AS page", bun.Safe(groups), bun.Safe(members)).
		Limit(int64(u.q.Limit) + 1).Offset(int64(u.q.Offset))
	l := list[roster.Resource]{r: u.r}
	return l.written(both.ordered(q, "page", u.q.Desc))
}

// keys reads which rows the page has.
func (u *union) keys(ctx context.Context, page *roster.Page[roster.Resource]) error {
	text, err := u.text()
	if err != nil {
		return err
	}
	return u.r.run(ctx, "list resources", statement{sql: text, once: true, each: func(row row) error {
		if len(u.found) == u.q.Limit {
			page.More = true
			return nil
		}
		var kind string
		var id ident
		var key *string
		err := row.Scan(&kind, &id, &key)
		u.found = append(u.found, unionKey{tenant.UUID(id), kind == kindGroup, key})
		return err
	}})
}

// rows reads the rows of both kinds by their ids.
func (u *union) rows(ctx context.Context) (members map[tenant.UUID]roster.Member, groups map[tenant.UUID]roster.Group, err error) {
	members, groups = map[tenant.UUID]roster.Member{}, map[tenant.UUID]roster.Group{}
	var memberIDs, groupIDs []ident
	for _, k := range u.found {
		if k.group {
			groupIDs = append(groupIDs, ident(k.id))
		} else {
			memberIDs = append(memberIDs, ident(k.id))
		}
	}
	d := u.r.db.dialect
	columns := memberColumns
	if u.q.WithGroups {
		columns += ", " + groupsOf(d, u.q.Scope)
	}
	var both []statement
	if len(memberIDs) > 0 {
		both = append(both, statement{
			sql:  `SELECT ` + columns + ` FROM members m WHERE m.tenant_id = $1 AND ` + d.in("m.id", "$2"),
			args: []any{u.r.me(), d.list(memberIDs)},
			each: func(r row) error {
				m, err := scanMember(r, u.q.WithGroups)
				members[m.ID.UUID] = m
				return err
			},
		})
	}
	if len(groupIDs) > 0 {
		both = append(both, statement{
			sql:  `SELECT ` + groupColumns + ` FROM groups g WHERE g.tenant_id = $1 AND ` + d.in("g.id", "$2"),
			args: []any{u.r.me(), d.list(groupIDs)},
			each: func(r row) error {
				g, err := scanGroup(r)
				groups[g.ID.UUID] = g
				return err
			},
		})
	}
	if len(both) == 0 {
		return members, groups, nil
	}
	return members, groups, u.r.run(ctx, "read resources", both...)
}
