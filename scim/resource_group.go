package scim

import (
	"strings"

	"rollcall/internal/roster"
)

// parseGroup reads the body of POST and PUT /Groups. Members that are listed become
// one step; without members, or with null, the group keeps those it has: RFC 7644
// §3.5.1 allows it, and clients such as authentik leave them out of a PUT and would empty
// the group. An explicit empty list empties it. The external id is untouched
// likewise.
//
// Errors: BadSyntax for what is no JSON object, Invalid for values of the wrong
// type and a missing displayName.
func parseGroup(body []byte, q quirks) (roster.GroupChange, error) {
	d, err := parseResource(body, q.schema(groupKind), q)
	if err != nil {
		return roster.GroupChange{}, err
	}
	return d.groupChange()
}

// newGroup is parseGroup for a group that is not there yet.
func newGroup(body []byte, q quirks) (roster.GroupChange, error) {
	c, err := parseGroup(body, q)
	if err == nil {
		*c.Attributes, err = q.guarded(groupKind, nil, *c.Attributes, false)
	}
	return c, err
}

// putGroup makes what parseGroup read the change of a group that is there.
func putGroup(g roster.Group, c roster.GroupChange, q quirks) (roster.GroupChange, error) {
	doc, err := q.guarded(groupKind, g.Attributes, *c.Attributes, true)
	c.Attributes = &doc
	return c, err
}

// patchGroup applies operations to a group, all or none. It never needs the
// members that the group has: they change by steps.
//
// Errors: as patchUser's.
func patchGroup(g roster.Group, ops []operation, q quirks) (roster.GroupChange, error) {
	d, err := draftOf(g.Attributes, q.schema(groupKind), q)
	if err != nil {
		return roster.GroupChange{}, err
	}
	d.root.set("displayName", textValue(g.Name))
	if g.ExternalID != "" {
		d.root.set("externalId", textValue(g.ExternalID))
	}
	for _, op := range ops {
		if err := d.apply(op); err != nil {
			return roster.GroupChange{}, err
		}
	}
	c, err := d.groupChange()
	if err != nil {
		return roster.GroupChange{}, err
	}
	if c.ExternalID == nil && g.ExternalID != "" {
		c.ExternalID = new(string)
	}
	*c.Attributes, err = q.guarded(groupKind, g.Attributes, *c.Attributes, false)
	return c, err
}

// groupChange is what a draft of a group wants of the roster.
func (d *draft) groupChange() (roster.GroupChange, error) {
	d.finish()
	c := roster.GroupChange{Steps: d.steps}
	if d.root.get("externalId") != nil {
		id := d.take("externalId")
		c.ExternalID = &id
	}
	name := d.take("displayName")
	if strings.TrimSpace(name) == "" {
		return roster.GroupChange{}, invalid("displayName", `Attribute "displayName" is required. Give the group a name.`)
	}
	doc, err := d.document()
	c.Name, c.Attributes = &name, &doc
	return c, err
}
