package scim

import (
	"errors"

	"rollcall/internal/roster"
)

// ripplingRepeatedCreate provisions a user. Rippling repeats a create until it has seen the answer, and counts
// 409 as a failure for its admin to mend: a create of the user who is there, by external id and name, is an
// update by PUT, and answered with 201 like the first. It asks first, for a create that clashes is an
// event of its own. For all other directories it is the roster's word alone, 409.
func (d *Door) ripplingRepeatedCreate(q *request, c roster.Change) (roster.Member, error) {
	if !q.quirks.repeats || c.ExternalID == "" {
		return d.Roster.Provision(q.Context(), q.by, c)
	}
	m, found, err := d.sameUser(q, c)
	if err == nil && !found {
		if m, err = d.Roster.Provision(q.Context(), q.by, c); errors.Is(err, roster.Conflict) { // the first and the repeat may come at once
			taken := err
			if m, found, err = d.sameUser(q, c); err == nil && !found {
				err = taken
			}
		}
	}
	if err != nil || !found {
		return m, err
	}
	return d.Roster.Edit(q.Context(), q.by, m.ID, roster.Precondition{}, func(m roster.Member) (roster.Change, error) {
		return putUser(m, c, q.quirks)
	})
}

// sameUser finds the user of the directory who has both the external id and the name.
func (d *Door) sameUser(q *request, c roster.Change) (roster.Member, bool, error) {
	page, err := d.Store.Reader(q.by.Tenant).Members(q.Context(), roster.Query{
		Scope: q.scope, Limit: 1,
		Where: roster.Compare{Field: roster.Field{Column: roster.ColumnExternalID}, Op: roster.Equal, Value: roster.Value{Kind: roster.Text, Text: c.ExternalID}},
	})
	if err != nil || len(page.Items) == 0 {
		return roster.Member{}, false, err
	}
	m := page.Items[0]
	return m, roster.Fold(m.Login) == roster.Fold(c.Login), nil
}
