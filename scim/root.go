package scim

import (
	"context"
	"net/http"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// rootList is a parsed query across users and groups (RFC 7644 §3.4.2.1).
type rootList struct {
	list
	users, groups     roster.Predicate
	ofUsers, ofGroups *projection
	sortColumn        roster.Column
	byKind            bool
}

// listRoot serves GET on the base URL, searchRoot POST /.search there (RFC 7644 §3.4.2.1, §3.4.3): users and
// groups as one list. Discovery's documents are no part of it.
func (d *Door) listRoot(w http.ResponseWriter, q *request) error {
	l, err := d.parseRoot(q)
	if err != nil {
		return err
	}
	return writePages(d, w, q, l.list, l.query(q.scope), lister[roster.Resource]{
		read: func(ctx context.Context, query roster.Query) (roster.Page[roster.Resource], error) {
			return d.readRoot(ctx, q, l, query)
		},
		id: resourceID,
		batch: func(s *stream, items []roster.Resource, next func() error) error {
			return d.writeRoot(s, q, l, items, next)
		},
	})
}

func (d *Door) searchRoot(w http.ResponseWriter, q *request) error {
	if err := q.search(w); err != nil {
		return err
	}
	return d.listRoot(w, q)
}

func (d *Door) parseRoot(q *request) (l rootList, err error) {
	users, groups := q.quirks.schema(userKind), q.quirks.schema(groupKind)
	if l.ofUsers, err = q.projection(userKind); err != nil {
		return l, err
	}
	if l.ofGroups, err = q.projection(groupKind); err != nil {
		return l, err
	}
	if filter := q.params.get("filter"); filter != "" {
		e, err := parseExpr(filter, d.Limits)
		if err != nil {
			return l, err
		}
		if l.users, err = rootPredicate(e, users, groups); err != nil {
			return l, err
		}
		if l.groups, err = rootPredicate(e, groups, users); err != nil {
			return l, err
		}
	}
	if by := q.params.get("sortBy"); by != "" {
		if err := l.sortBy(by); err != nil {
			return l, err
		}
		if l.desc, err = descending(q.params.get("sortOrder")); err != nil {
			return l, err
		}
	}
	return l, d.parsePaging(q, &l.list, "all")
}

// sortBy reads the attribute that the list is sorted by: one of those that all resources have.
func (l *rootList) sortBy(by string) error {
	switch strings.ToLower(strings.TrimSpace(by)) {
	case "id", "meta.created": // ids are made of the time
		l.sortColumn = roster.ColumnID
	case "externalid":
		l.sortColumn = roster.ColumnExternalID
	case "meta.lastmodified":
		l.sortColumn = roster.ColumnChanged
	case "meta.resourcetype":
		l.byKind = true
	default:
		return badPath("sortBy", "Users and groups together can be sorted by id, externalId, meta.created, meta.lastModified and meta.resourceType, not by %q. Query /Users or /Groups.", clip(by))
	}
	return nil
}

// rootPredicate holds a filter against one of the resource types. What only the other one has counts as
// an attribute without a value (RFC 7644 §3.4.2.1).
func rootPredicate(e *expr, s, other *resourceSchema) (roster.Predicate, error) {
	switch e.kind {
	case andExpr, orExpr, notExpr:
		return logical(e, func(part *expr) (roster.Predicate, error) { return rootPredicate(part, s, other) })
	}
	if _, ok := s.resolve(e.path); ok {
		return s.predicate(e)
	}
	if _, err := other.predicate(e); err != nil {
		return nil, err // nobody has it, or it can't be compared so
	}
	// As with any attribute that has no value: ne "x" and eq null hold, nothing else does.
	null := e.value.Kind == roster.Null
	if e.kind == termExpr && (e.op == roster.NotEqual && !null || e.op == roster.Equal && null) {
		return roster.And{}, nil
	}
	return roster.Or{}, nil
}

// readRoot reads a page, or the number of all.
func (d *Door) readRoot(ctx context.Context, q *request, l rootList, query roster.Query) (page roster.Page[roster.Resource], err error) {
	reader := d.Store.Reader(q.by.Tenant)
	if query.Count {
		users, err := reader.Members(ctx, roster.Query{Scope: query.Scope, Where: l.users, Count: true})
		if err != nil {
			return page, err
		}
		groups, err := reader.Groups(ctx, roster.Query{Scope: query.Scope, Where: l.groups, Count: true})
		page.Total = users.Total + groups.Total
		return page, err
	}
	return reader.Resources(ctx, roster.ResourceQuery{
		Scope: query.Scope, Members: l.users, Groups: l.groups, Order: l.sortColumn, ByKind: l.byKind, Desc: l.desc,
		Offset: query.Offset, After: query.After, AfterKey: query.AfterKey, Limit: query.Limit, WithGroups: l.ofUsers.wants("groups"),
	})
}

func resourceID(r roster.Resource) tenant.UUID {
	if r.Group != nil {
		return r.Group.ID.UUID
	}
	return r.Member.ID.UUID
}

func (d *Door) writeRoot(s *stream, q *request, l rootList, items []roster.Resource, next func() error) error {
	var groups []roster.Group
	var users []roster.Member
	for _, r := range items {
		if r.Group != nil {
			groups = append(groups, *r.Group)
		} else {
			users = append(users, *r.Member)
		}
	}
	if err := d.nameManagers(q, l.ofUsers, users); err != nil {
		return err
	}
	pages, err := d.pagesOf(q, groups, l.ofGroups)
	if err != nil {
		return err
	}
	for _, r := range items {
		if err := next(); err != nil {
			return err
		}
		if r.Member != nil {
			s.buf = appendUser(s.buf, users[0], q.base, l.ofUsers)
			users = users[1:]
		} else if err := s.group(*r.Group, pages(r.Group.ID), q.base, l.ofGroups, s.full); err != nil {
			return err
		}
	}
	return nil
}
