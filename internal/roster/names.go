package roster

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"rollcall/internal/tenant"
)

// maxNamePart bounds each part of a name, in characters.
const maxNamePart = 100

// ChangeNames writes what a member is called, at an admin's word or the person's own. Without a display name it is made
// of the others. Refused with managed_by_directory while a directory manages the member; Invalid for no name at all, and
// for one that is too long or has control characters; NotFound.
func (r *Roster) ChangeNames(ctx context.Context, s Staff, id MemberID, n Names) (Member, error) {
	for _, part := range []*string{&n.First, &n.Last, &n.Display} {
		*part = strings.TrimSpace(*part)
		if utf8.RuneCountInString(*part) > maxNamePart || !utf8.ValidString(*part) || strings.ContainsFunc(*part, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			return Member{}, &Error{Kind: Invalid, Field: "name", Detail: "Each part of a name has up to 100 characters, on one line."}
		}
	}
	if n.Display == "" {
		n.Display = strings.TrimSpace(n.First + " " + n.Last)
	}
	if n.Display == "" {
		return Member{}, &Error{Kind: Invalid, Field: "name", Detail: "Enter a name, so that others know who you are."}
	}
	return r.amend(ctx, s, id, func(m Member, cfg tenant.Config, _ Tx) (Member, error) {
		if !m.Directory.IsZero() {
			return m, managed(m, cfg, "The name is changed there.")
		}
		var err error
		m.Attributes, err = renamed(m.Attributes, n)
		return m, err
	})
}

// renamed replaces the names in a document.
func renamed(doc Attributes, n Names) (Attributes, error) {
	o, err := doc.Object()
	if err != nil {
		return doc, err
	}
	put := func(o map[string]any, key, value string) {
		if value == "" {
			delete(o, key)
			return
		}
		o[key] = value
	}
	name, _ := o["name"].(map[string]any)
	if name == nil {
		name = map[string]any{}
	}
	put(name, "givenName", n.First)
	put(name, "familyName", n.Last)
	delete(name, "formatted") // it would tell the former one
	put(o, "displayName", n.Display)
	if o["name"] = name; len(name) == 0 {
		delete(o, "name")
	}
	return json.Marshal(o) //nolint:wrapcheck // it was decoded from JSON
}
