package scim

import (
	"context"
	"net/http"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// maxUserBody bounds the body of a user. Attributes such as certificates and
// photos may be large; a megabyte is more than any directory sends.
const maxUserBody = 1 << 20

// createUser serves POST /Users (RFC 7644 §3.3). A person who came through
// another door is adopted, which looks the same to the directory.
func (d *Door) createUser(w http.ResponseWriter, q *request) error {
	body, err := q.body(w, maxUserBody)
	if err != nil {
		return err
	}
	p, err := q.projection(userKind)
	if err != nil {
		return err
	}
	c, err := newUser(body, q.quirks)
	if err != nil {
		return err
	}
	m, err := d.ripplingRepeatedCreate(q, c)
	if err != nil {
		return err
	}
	w.Header().Set("Location", q.base+"/Users/"+m.ID.UUID.UUID())
	if err := d.nameManager(q, p, &m); err != nil {
		return err
	}
	return writeUser(w, http.StatusCreated, m, q.base, p)
}

// getUser serves GET /Users/{id} (RFC 7644 §3.4.1).
func (d *Door) getUser(w http.ResponseWriter, q *request) error {
	id, err := q.userID()
	if err != nil {
		return err
	}
	p, err := q.projection(userKind)
	if err != nil {
		return err
	}
	m, err := d.Store.Reader(q.by.Tenant).Member(q.Context(), q.scope, id, p.wants("groups"))
	if err != nil {
		return err
	}
	if done, err := conditional(w, q.Request, versionOfUser(m, p), p.wants("groups")); done || err != nil {
		return err
	}
	if err := d.nameManager(q, p, &m); err != nil {
		return err
	}
	return writeUser(w, http.StatusOK, m, q.base, p)
}

// replaceUser serves PUT /Users/{id} (RFC 7644 §3.5.1). Read-only values in the
// body are ignored, as the RFC wants, and an id other than the path's is one: Okta
// sends the user's own id back, and a wrong one names nobody to be changed.
func (d *Door) replaceUser(w http.ResponseWriter, q *request) error {
	body, err := q.body(w, maxUserBody)
	if err != nil {
		return err
	}
	c, err := parseUser(body, q.quirks)
	if err != nil {
		return err
	}
	return d.editUser(w, q, func(m roster.Member) (roster.Change, error) {
		return putUser(m, c, q.quirks)
	})
}

// patchUser serves PATCH /Users/{id} (RFC 7644 §3.5.2): all operations or none.
func (d *Door) patchUser(w http.ResponseWriter, q *request) error {
	body, err := q.body(w, maxUserBody)
	if err != nil {
		return err
	}
	ops, err := parsePatch(body, q.quirks, d.Limits)
	if err != nil {
		return err
	}
	return d.editUser(w, q, func(m roster.Member) (roster.Change, error) {
		return patchUser(m, ops, q.quirks)
	})
}

// editUser changes a user and answers with what it is now: Okta wants the body.
func (d *Door) editUser(w http.ResponseWriter, q *request, edit roster.EditFunc) error {
	id, err := q.userID()
	if err != nil {
		return err
	}
	p, err := q.projection(userKind)
	if err != nil {
		return err
	}
	pre, err := q.precondition(d.userVersion(q, id))
	if err != nil {
		return err
	}
	m, err := d.Roster.Edit(q.Context(), q.by, id, pre, edit)
	if err != nil {
		return err
	}
	if err := d.nameManager(q, p, &m); err != nil {
		return err
	}
	return writeUser(w, http.StatusOK, m, q.base, p)
}

// deleteUser serves DELETE /Users/{id} (RFC 7644 §3.6). The person's tombstone
// stays, but not for this door: 404 from now on.
func (d *Door) deleteUser(w http.ResponseWriter, q *request) error {
	id, err := q.userID()
	if err != nil {
		return err
	}
	pre, err := q.precondition(d.userVersion(q, id))
	if err != nil {
		return err
	}
	if err := d.Roster.Remove(q.Context(), q.by, id, pre); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (d *Door) userVersion(q *request, id roster.MemberID) func(context.Context) (int64, error) {
	return func(ctx context.Context) (int64, error) {
		m, err := d.Store.Reader(q.by.Tenant).Member(ctx, q.scope, id, false)
		return m.Version, err
	}
}

// listUsers serves GET /Users, searchUsers POST /Users/.search (RFC 7644 §3.4.2
// and §3.4.3). Users who are inactive are listed like others.
func (d *Door) listUsers(w http.ResponseWriter, q *request) error {
	l, err := d.parseList(q, userKind)
	if err != nil {
		return err
	}
	query := l.query(q.scope)
	query.WithGroups = l.projection.wants("groups")
	return writePages(d, w, q, l, query, lister[roster.Member]{
		read: d.Store.Reader(q.by.Tenant).Members,
		id:   func(m roster.Member) tenant.UUID { return m.ID.UUID },
		batch: func(s *stream, items []roster.Member, next func() error) error {
			if err := d.nameManagers(q, l.projection, items); err != nil {
				return err
			}
			for _, m := range items {
				if err := next(); err != nil {
					return err
				}
				s.buf = appendUser(s.buf, m, q.base, l.projection)
			}
			return nil
		},
	})
}

func (d *Door) searchUsers(w http.ResponseWriter, q *request) error {
	if err := q.search(w); err != nil {
		return err
	}
	return d.listUsers(w, q)
}

func writeUser(w http.ResponseWriter, status int, m roster.Member, base string, p *projection) error {
	w.Header().Set("ETag", etag(versionOfUser(m, p)))
	return write(w, status, appendUser(make([]byte, 0, 1024), m, base, p))
}
