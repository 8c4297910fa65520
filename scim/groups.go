package scim

import (
	"context"
	"iter"
	"net/http"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// maxGroupBody bounds the body of a group: a full push of 50,000 members fits.
const maxGroupBody = 5 << 20

// createGroup serves POST /Groups (RFC 7644 §3.3), with or without members.
func (d *Door) createGroup(w http.ResponseWriter, q *request) error {
	body, err := q.body(w, maxGroupBody)
	if err != nil {
		return err
	}
	p, err := q.projection(groupKind)
	if err != nil {
		return err
	}
	c, err := newGroup(body, q.quirks)
	if err != nil {
		return err
	}
	g, err := d.Roster.CreateGroup(q.Context(), q.by, c)
	if err != nil {
		return err
	}
	w.Header().Set("Location", q.base+"/Groups/"+g.ID.UUID.UUID())
	return d.writeGroup(w, q, http.StatusCreated, g, p)
}

// getGroup serves GET /Groups/{id} (RFC 7644 §3.4.1). Members are returned
// unless excluded: authentik compares them, Entra excludes them.
func (d *Door) getGroup(w http.ResponseWriter, q *request) error {
	id, err := q.groupID()
	if err != nil {
		return err
	}
	p, err := q.projection(groupKind)
	if err != nil {
		return err
	}
	g, err := d.Store.Reader(q.by.Tenant).Group(q.Context(), q.scope, id)
	if err != nil {
		return err
	}
	if done, err := conditional(w, q.Request, versionOfGroup(g), true); done || err != nil {
		return err
	}
	return d.writeGroup(w, q, http.StatusOK, g, p)
}

// replaceGroup serves PUT /Groups/{id} (RFC 7644 §3.5.1). A body without
// members, unlike one with an empty list, leaves the members as they are.
func (d *Door) replaceGroup(w http.ResponseWriter, q *request) error {
	body, err := q.body(w, maxGroupBody)
	if err != nil {
		return err
	}
	p, err := q.projection(groupKind)
	if err != nil {
		return err
	}
	c, err := parseGroup(body, q.quirks)
	if err != nil {
		return err
	}
	g, err := d.editGroup(q, func(g roster.Group) (roster.GroupChange, error) { return putGroup(g, c, q.quirks) })
	if err != nil {
		return err
	}
	return d.writeGroup(w, q, http.StatusOK, g, p)
}

// patchGroup serves PATCH /Groups/{id} (RFC 7644 §3.5.2). It answers 204: a group
// may have more members than anybody wants back after adding one. Who
// names attributes gets those.
func (d *Door) patchGroup(w http.ResponseWriter, q *request) error {
	body, err := q.body(w, maxGroupBody)
	if err != nil {
		return err
	}
	p, err := q.projection(groupKind)
	if err != nil {
		return err
	}
	ops, err := parsePatch(body, q.quirks, d.Limits)
	if err != nil {
		return err
	}
	g, err := d.editGroup(q, func(g roster.Group) (roster.GroupChange, error) {
		return patchGroup(g, ops, q.quirks)
	})
	if err != nil {
		return err
	}
	if q.params.has("attributes") {
		return d.writeGroup(w, q, http.StatusOK, g, p)
	}
	w.Header().Set("ETag", etag(versionOfGroup(g)))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (d *Door) editGroup(q *request, edit func(roster.Group) (roster.GroupChange, error)) (roster.Group, error) {
	id, err := q.groupID()
	if err != nil {
		return roster.Group{}, err
	}
	pre, err := q.precondition(d.groupVersion(q, id))
	if err != nil {
		return roster.Group{}, err
	}
	return d.Roster.EditGroup(q.Context(), q.by, id, pre, edit)
}

// deleteGroup serves DELETE /Groups/{id} (RFC 7644 §3.6). Its members stay users.
func (d *Door) deleteGroup(w http.ResponseWriter, q *request) error {
	id, err := q.groupID()
	if err != nil {
		return err
	}
	pre, err := q.precondition(d.groupVersion(q, id))
	if err != nil {
		return err
	}
	if err := d.Roster.RemoveGroup(q.Context(), q.by, id, pre); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (d *Door) groupVersion(q *request, id roster.GroupID) func(context.Context) (int64, error) {
	return func(ctx context.Context) (int64, error) {
		g, err := d.Store.Reader(q.by.Tenant).Group(ctx, q.scope, id)
		return g.Version, err
	}
}

// listGroups serves GET /Groups, searchGroups POST /Groups/.search (RFC 7644
// §3.4.2 and §3.4.3). Members are returned by default here too, all of them: who lists
// large groups excludes members, as Entra does.
func (d *Door) listGroups(w http.ResponseWriter, q *request) error {
	l, err := d.parseList(q, groupKind)
	if err != nil {
		return err
	}
	query := l.query(q.scope)
	return writePages(d, w, q, l, query, lister[roster.Group]{
		read: d.Store.Reader(q.by.Tenant).Groups,
		id:   func(g roster.Group) tenant.UUID { return g.ID.UUID },
		batch: func(s *stream, items []roster.Group, next func() error) error {
			return d.writeGroups(s, q, items, l.projection, next)
		},
	})
}

// memberPagesFunc gives the pages of a group's members; nil: they are not wanted.
type memberPagesFunc func(roster.GroupID) iter.Seq2[[]roster.GroupMember, error]

// pagesOf makes ready to read the members of groups: at once when they are not many, and group by group, page
// by page, when they are.
func (d *Door) pagesOf(q *request, groups []roster.Group, p *projection) (memberPagesFunc, error) {
	if !p.wants("members") {
		return func(roster.GroupID) iter.Seq2[[]roster.GroupMember, error] { return nil }, nil
	}
	ids := make([]roster.GroupID, len(groups))
	for i, g := range groups {
		ids[i] = g.ID
	}
	members, whole, err := d.Store.Reader(q.by.Tenant).MembersOf(q.Context(), ids, d.reads.members)
	return func(id roster.GroupID) iter.Seq2[[]roster.GroupMember, error] {
		if whole {
			return onePage(members[id])
		}
		return d.memberPages(q, id)
	}, err
}

// writeGroups writes groups that were read together.
func (d *Door) writeGroups(s *stream, q *request, groups []roster.Group, p *projection, next func() error) error {
	pages, err := d.pagesOf(q, groups, p)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if err := next(); err != nil {
			return err
		}
		if err := s.group(g, pages(g.ID), q.base, p, s.full); err != nil {
			return err
		}
	}
	return nil
}

func (d *Door) searchGroups(w http.ResponseWriter, q *request) error {
	if err := q.search(w); err != nil {
		return err
	}
	return d.listGroups(w, q)
}

// writeGroup answers with a group, and its members if the answer has them.
func (d *Door) writeGroup(w http.ResponseWriter, q *request, status int, g roster.Group, p *projection) error {
	var pages iter.Seq2[[]roster.GroupMember, error]
	if p.wants("members") {
		pages = d.memberPages(q, g.ID)
	}
	w.Header().Set("ETag", etag(versionOfGroup(g)))
	s := newStream(w, status)
	if err := s.group(g, pages, q.base, p, s.full); err != nil {
		return err
	}
	return s.end()
}
