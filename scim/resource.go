package scim

import (
	"strings"

	"rollcall/internal/roster"
)

// quirks are the choices of a directory that change how its requests are read.
type quirks struct {
	// strict turns leniences off: bodies must name their schemas, booleans are not in
	// quotes, a replace of what is not there fails.
	strict bool
	// governance says that the directory's product looks for roles and entitlements in
	// /ResourceTypes; see governed.
	governance bool
	// repeats says that the directory's product may send a create again whose answer it did
	// not see; see ripplingRepeatedCreate.
	repeats bool
	// schemas are those of the directory's tenant; nil: only what everybody has.
	schemas *schemaSet
}

// schema is what a kind of resource consists of for the directory.
func (q quirks) schema(k resourceKind) *resourceSchema {
	if q.schemas == nil {
		return k.schema()
	}
	return q.schemas.of(k)
}

// parseUser reads the body of POST and PUT /Users. Active is nil when the body
// does not say it.
//
// Errors: BadSyntax for what is no JSON object, Invalid for values of the wrong
// type and a missing userName.
func parseUser(body []byte, q quirks) (roster.Change, error) {
	d, err := parseResource(body, q.schema(userKind), q)
	if err != nil {
		return roster.Change{}, err
	}
	return d.change()
}

// newUser is parseUser for a user that is not there yet.
func newUser(body []byte, q quirks) (roster.Change, error) {
	c, err := parseUser(body, q)
	if err == nil {
		c.Attributes, err = q.guarded(userKind, nil, c.Attributes, false)
	}
	return c, err
}

// putUser makes what parseUser read the change of a user that is there.
func putUser(m roster.Member, c roster.Change, q quirks) (roster.Change, error) {
	if c.ExternalID == "" {
		// The directory's own key is how it finds the user again. A PUT that does
		// not name it, such as Google's, forgets it no more than it deactivates.
		c.ExternalID = m.ExternalID
	}
	var err error
	c.Attributes, err = q.guarded(userKind, m.Attributes, c.Attributes, true)
	return c, err
}

// parseResource reads a body into a draft.
func parseResource(body []byte, s *resourceSchema, q quirks) (*draft, error) {
	v, err := parseValue(body)
	if err != nil {
		return nil, err
	}
	if v.shape != objectShape {
		return nil, badSyntax("The body must be a JSON object, not %s.", v.describe())
	}
	if err := q.checkSchemas(v, s.urn); err != nil {
		return nil, err
	}
	d := &draft{schema: s, q: q, root: value{shape: objectShape, fields: make([]field, 0, len(v.fields))}}
	return d, d.assignAll(replaceMode, v)
}

// checkSchemas holds a strict directory to RFC 7643 §3: schemas is required. Others may leave
// it out, as Google's sync tools do, and may name more than we know, as Entra does.
func (q quirks) checkSchemas(v value, urn string) error {
	if !q.strict {
		return nil
	}
	for _, f := range v.fields {
		if !strings.EqualFold(f.name, "schemas") {
			continue
		}
		for _, e := range f.value.items {
			if strings.EqualFold(e.text(), urn) {
				return nil
			}
		}
	}
	return badSyntax(`The body does not say what it is. Add "schemas": [%q].`, urn)
}

// change is what a draft of a user wants of the roster.
func (d *draft) change() (roster.Change, error) {
	d.finish()
	c := roster.Change{Email: d.primaryEmail(), Addresses: d.addresses(), Roles: d.roles()}
	if a := d.root.get("active"); a != nil {
		active := a.isTrue()
		c.Active = &active
		d.root.drop("active")
	}
	c.ExternalID = d.take("externalId")
	if c.Login = d.take("userName"); strings.TrimSpace(c.Login) == "" {
		return roster.Change{}, invalid("userName", `Attribute "userName" is required. Map a value to it that every user has.`)
	}
	var err error
	c.Attributes, err = d.document()
	return c, err
}

// list is the elements of a list of the root.
func (d *draft) list(name string) []value {
	if v := d.root.get(name); v != nil {
		return v.items
	}
	return nil
}

func (d *draft) addresses() []string {
	var all []string
	for _, e := range d.list("emails") {
		if a := e.textOf("value"); a != "" {
			all = append(all, a)
		}
	}
	return all
}

// primaryEmail picks the address that stands for the person: the primary one,
// else that of work, else the first; without any, a userName that is an address.
func (d *draft) primaryEmail() string {
	best, rank := "", 0
	for _, e := range d.list("emails") {
		r := 1
		if p := e.get("primary"); p != nil && p.isTrue() {
			r = 3
		} else if strings.EqualFold(e.textOf("type"), "work") {
			r = 2
		}
		if a := e.textOf("value"); a != "" && r > rank {
			best, rank = a, r
		}
	}
	if best != "" {
		return best
	}
	login := d.root.textOf("userName")
	if _, err := roster.ParseEmail(login); err != nil {
		return ""
	}
	return login
}

// roles are the values of the roles attribute, the primary one first. Without any the
// list is empty and not nil: who took the last role away said so.
func (d *draft) roles() []string {
	list := d.list("roles")
	all := []string{}
	first := primaryOf(list)
	if first >= 0 {
		all = append(all, entraRoleName(list[first].textOf("value")))
	}
	for i, e := range list {
		if r := e.textOf("value"); i != first && r != "" {
			all = append(all, entraRoleName(r))
		}
	}
	return all
}
