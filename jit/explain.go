package jit

import (
	"maps"
	"slices"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/sso"
)

// Explanation says to a tenant's admin what an identity provider sent, what was made of it, and what is missing. It
// holds personal data: it is shown to who asked, and kept nowhere.
type Explanation struct {
	Came    []Value  // all attributes or claims, by name
	Used    []Used   // what was read, and from where
	Ignored []string // names of attributes that nothing looks at
	Missing []string // in sentences: what would be needed, or nice to have
	Decision
}

// Value is an attribute or claim with its values.
type Value struct {
	Name   string
	Values []string
}

// Used is a value that was read. From is the attribute's name; empty: it is no attribute, such as a NameID.
type Used struct {
	As    string // subject, email, first_name, last_name, display_name, groups, or role or group by a mapping rule
	From  string
	Value string
}

// Explain tells what a decision made of an identity. It is pure.
func Explain(con tenant.Connection, id sso.Identity, d Decision) Explanation {
	e := Explanation{Decision: d}
	for _, name := range slices.Sorted(maps.Keys(id.Attributes)) {
		e.Came = append(e.Came, Value{name, slices.Clone(id.Attributes[name])})
	}
	looked := map[string]bool{}
	use := func(as, value string) {
		if value == "" {
			return
		}
		from := source(id, value)
		looked[from] = true
		e.Used = append(e.Used, Used{as, from, value})
	}
	use("subject", id.Subject)
	use("email", id.Email)
	use("first_name", id.FirstName)
	use("last_name", id.LastName)
	use("display_name", id.DisplayName)
	for _, g := range id.Groups {
		use("groups", g)
	}
	for _, r := range con.Mapping.Rules {
		looked[r.Attribute] = true
		if !slices.Contains(valuesOf(con.Mapping, id, r.Attribute), r.Value) {
			continue
		}
		if r.Role != "" && r.Role == d.Role {
			e.Used = append(e.Used, Used{"role " + r.Role, r.Attribute, r.Value})
		}
		if g := (roster.GroupID{UUID: r.Group}); slices.Contains(d.Give, g) {
			e.Used = append(e.Used, Used{"group " + g.String(), r.Attribute, r.Value})
		}
	}
	for _, v := range e.Came {
		if !looked[v.Name] {
			e.Ignored = append(e.Ignored, v.Name)
		}
	}
	e.Missing = missing(con, id)
	return e
}

// source is the attribute that holds a value; of several the first by name.
func source(id sso.Identity, value string) string {
	for _, name := range slices.Sorted(maps.Keys(id.Attributes)) {
		if slices.Contains(id.Attributes[name], value) {
			return name
		}
	}
	return ""
}

func missing(con tenant.Connection, id sso.Identity) []string {
	var out []string
	need := func(ok bool, s string) {
		if !ok {
			out = append(out, s)
		}
	}
	need(id.Subject != "", "A key for the person: the NameID, or the sub claim. Without it nobody signs in.")
	need(id.Email != "", "Exactly one e-mail address. Without it nobody signs in for the first time.")
	need(id.Email == "" || id.EmailVouched, "email_verified with the value true. Without it the address leads nobody in.")
	need(id.FirstName != "" && id.LastName != "" || id.DisplayName != "", "A name: first and last, or the whole. Without it lists show the address.")
	var seen []string
	for _, r := range con.Mapping.Rules {
		if len(valuesOf(con.Mapping, id, r.Attribute)) == 0 && !slices.Contains(seen, r.Attribute) {
			seen = append(seen, r.Attribute)
		}
	}
	need(len(seen) == 0, "Attributes that mapping rules look at: "+strings.Join(seen, ", ")+".")
	return out
}
