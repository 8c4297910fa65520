package scim

import (
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// applyMembers carries out an operation on members. One that is not understood
// is refused: it must never end as "remove everybody".
func (d *draft) applyMembers(op operation, t target) error {
	switch {
	case op.path.filter != nil:
		return d.filterMembers(op, t)
	case t.sub != "":
		return badPath(t.path(), "The members of a group can't be changed by %q. Add or remove them by the path members.", t.path())
	case op.mode != removeMode && op.value.shape == nullShape:
		return invalid("members", "null does not say which members are meant. Send a list of them, or remove members.")
	case op.mode != removeMode:
		return d.assignMembers(op.mode, op.value)
	case op.value.shape == nullShape:
		d.step(roster.RemoveAll, nil)
		return nil
	}
	ids, err := memberIDs(op.value, true)
	d.step(roster.RemoveMembers, ids)
	return err
}

// assignMembers adds members, or replaces them all. null leaves them alone.
func (d *draft) assignMembers(m mode, v value) error {
	if v.shape == nullShape {
		return nil
	}
	ids, err := memberIDs(v, false)
	switch {
	case err != nil:
		return err
	case m == addMode:
		d.step(roster.AddMembers, ids)
	case len(ids) == 0:
		d.step(roster.RemoveAll, nil)
	default:
		d.step(roster.ReplaceMembers, ids)
	}
	return nil
}

// step notes a change of the membership. authentik sends one operation for each
// member; such become one step.
func (d *draft) step(op roster.MemberOp, ids []roster.MemberID) {
	if len(ids) == 0 && op != roster.RemoveAll {
		return
	}
	if n := len(d.steps); n > 0 && d.steps[n-1].Op == op && (op == roster.AddMembers || op == roster.RemoveMembers) {
		d.steps[n-1].Members = append(d.steps[n-1].Members, ids...)
		return
	}
	d.steps = append(d.steps, roster.MemberStep{Op: op, Members: ids})
}

// memberIDs reads [{"value": id}], a single object of that kind, or bare ids. Those who
// can't be members are refused, or passed over when they are to be removed.
func memberIDs(v value, removing bool) ([]roster.MemberID, error) {
	list := v.elements()
	ids := make([]roster.MemberID, 0, len(list))
	for i := range list {
		e := &list[i]
		id, typ := e, (*value)(nil)
		if e.shape == objectShape {
			id, typ = e.folded("value"), e.folded("type")
		}
		if id == nil || id.shape != textShape || id.text() == "" {
			return nil, invalid("members", `Each member must be an object such as {"value": "the user's id"}, not %s.`, e.describe())
		}
		u, err := tenant.ParseUUID(id.text())
		nested := typ != nil && strings.EqualFold(typ.text(), "Group")
		switch {
		case err == nil && !nested:
			ids = append(ids, roster.MemberID{UUID: u})
		case removing:
		case nested:
			return nil, invalid("members", "The member %q is a group. Only users can be members: push the users of nested groups.", clip(id.text()))
		default:
			return nil, invalid("members", "There is no user with the id %q. Provision the user first and send the id that was answered.", clip(id.text()))
		}
	}
	return ids, nil
}

// filterMembers carries out a remove of members[value eq "id"], the only
// selection that needs no look at the members.
func (d *draft) filterMembers(op operation, t target) error {
	p, err := t.where(op.path.filter)
	if err != nil {
		return err
	}
	if op.mode != removeMode || t.sub != "" {
		return refuse(roster.Mutability, "members", "Members of a group can be added and removed, not changed. Remove the path %q from the request.", clip(op.path.text))
	}
	texts, ok := selectedIDs(p)
	if !ok {
		return badPath("path", `Members can only be selected by value, as in the path members[value eq "id"].`)
	}
	ids := make([]roster.MemberID, 0, len(texts))
	for _, s := range texts {
		if u, err := tenant.ParseUUID(s); err == nil {
			ids = append(ids, roster.MemberID{UUID: u})
		}
	}
	d.step(roster.RemoveMembers, ids)
	return nil
}

// selectedIDs lists the ids of value eq "a" or value eq "b". It reports false
// for any other filter.
func selectedIDs(p roster.Predicate) ([]string, bool) {
	switch p := p.(type) {
	case roster.Compare:
		if p.Field.Sub == "value" && p.Op == roster.Equal && p.Value.Kind == roster.Text {
			return []string{p.Value.Text}, true
		}
	case roster.Or:
		var all []string
		for _, q := range p {
			ids, ok := selectedIDs(q)
			if !ok {
				return nil, false
			}
			all = append(all, ids...)
		}
		return all, true
	case roster.And: // with type eq "User", which all members are
		if len(p) != 2 {
			return nil, false
		}
		if isUserType(p[0]) {
			return selectedIDs(p[1])
		}
		if isUserType(p[1]) {
			return selectedIDs(p[0])
		}
	}
	return nil, false
}

func isUserType(p roster.Predicate) bool {
	c, ok := p.(roster.Compare)
	return ok && c.Field.Sub == "type" && c.Op == roster.Equal && strings.EqualFold(c.Value.Text, "User")
}
