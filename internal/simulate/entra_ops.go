package simulate

import "fmt"

// attribute is one value of a user under the path that Entra maps it to.
type attribute struct {
	path  string
	value any
	typed bool // an element of a multi-valued attribute, chosen by its type
}

// attributes lists what Entra's default mapping knows of the person, without empty values: it skips nulls.
func attributes(u user) []attribute {
	list := []attribute{
		{path: "userName", value: u.UserName},
		{path: "externalId", value: u.ExternalID},
		{path: "active", value: u.Active},
		{path: "displayName", value: u.DisplayName},
		{path: "title", value: u.Title},
		{path: "preferredLanguage", value: u.PreferredLanguage},
		{path: "name.givenName", value: u.Name.GivenName},
		{path: "name.familyName", value: u.Name.FamilyName},
		{path: "name.formatted", value: u.Name.Formatted},
		{path: enterpriseURN + ":employeeNumber", value: u.Enterprise.EmployeeNumber},
		{path: enterpriseURN + ":department", value: u.Enterprise.Department},
	}
	for _, e := range u.Emails {
		list = append(list, attribute{path: fmt.Sprintf("emails[type eq %q].value", e.Type), value: e.Value, typed: true})
	}
	for _, p := range u.PhoneNumbers {
		list = append(list, attribute{path: fmt.Sprintf("phoneNumbers[type eq %q].value", p.Type), value: p.Value, typed: true})
	}
	for _, a := range u.Addresses {
		at := fmt.Sprintf("addresses[type eq %q].", a.Type)
		list = append(list,
			attribute{path: at + "streetAddress", value: a.StreetAddress, typed: true},
			attribute{path: at + "locality", value: a.Locality, typed: true},
			attribute{path: at + "postalCode", value: a.PostalCode, typed: true},
			attribute{path: at + "country", value: a.Country, typed: true})
	}
	kept := list[:0]
	for _, a := range list {
		if a.value != "" {
			kept = append(kept, a)
		}
	}
	return kept
}

// entraPatch is the PATCH that turns before into after. All of after is sent when before is nil.
func entraPatch(legacy bool, before *user, after user) patch {
	had := map[string]any{}
	if before != nil {
		for _, a := range attributes(*before) {
			had[a.path] = a.value
		}
	}
	var changed []attribute
	for _, a := range attributes(after) {
		if had[a.path] != a.value {
			changed = append(changed, a)
		}
	}
	if legacy {
		return legacyPatch(changed, had, before == nil)
	}
	return modernPatch(changed, had, before == nil)
}

// legacyPatch has one operation per attribute, capital ops and booleans as text.
func legacyPatch(changed []attribute, had map[string]any, all bool) patch {
	var ops []op
	for _, a := range changed {
		o := op{Op: "Add", Path: a.path, Value: a.value}
		if _, there := had[a.path]; there || all && !a.typed {
			o.Op = "Replace"
		}
		if b, ok := a.value.(bool); ok {
			o.Value = legacyBool(b)
		}
		ops = append(ops, o)
	}
	return patchOf(ops...)
}

func legacyBool(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// modernPatch has one operation without a path for the single-valued attributes, its keys dotted or behind
// the URN and a colon, and one with a path for each typed value.
func modernPatch(changed []attribute, had map[string]any, all bool) patch {
	single := map[string]any{}
	var ops []op
	for _, a := range changed {
		if !a.typed {
			single[a.path] = a.value
			continue
		}
		o := op{Op: "add", Path: a.path, Value: a.value}
		if _, there := had[a.path]; there && !all {
			o.Op = "replace"
		}
		ops = append(ops, o)
	}
	if len(single) > 0 {
		ops = append([]op{{Op: "replace", Value: single}}, ops...)
	}
	return patchOf(ops...)
}

// entraActive disables or restores.
func entraActive(legacy, active bool) patch {
	if legacy {
		return patchOf(op{Op: "Replace", Path: "active", Value: legacyBool(active)})
	}
	return patchOf(op{Op: "replace", Path: "active", Value: active})
}

// entraManager sets the manager as a bare id.
func entraManager(legacy bool, id string) patch {
	o := op{Op: "add", Path: enterpriseURN + ":manager", Value: id}
	if legacy {
		o.Op = "Add"
	}
	return patchOf(o)
}

// entraRename is the name of a group: with a path before the flag, without one after it.
func entraRename(legacy bool, displayName string) patch {
	if legacy {
		return patchOf(op{Op: "Replace", Path: "displayName", Value: displayName})
	}
	return patchOf(op{Op: "replace", Value: map[string]any{"displayName": displayName}})
}

// entraChunk is how many members go into one PATCH.
const entraChunk = 100

// entraAdd adds up to entraChunk members; the reference is sent as null.
func entraAdd(legacy bool, ids []string) patch {
	o := op{Op: "add", Path: "members", Value: refs(ids)}
	if legacy {
		o.Op = "Add"
	}
	return patchOf(o)
}

// entraRemove removes members: before the flag by one operation with several ids in its value, which a
// service that looks at the path alone takes for "remove all".
func entraRemove(legacy bool, ids []string) patch {
	if legacy {
		return patchOf(op{Op: "Remove", Path: "members", Value: refs(ids)})
	}
	ops := make([]op, len(ids))
	for i, id := range ids {
		ops[i] = op{Op: "remove", Path: fmt.Sprintf("members[value eq %q]", id)}
	}
	return patchOf(ops...)
}

func refs(ids []string) []refMember {
	out := make([]refMember, len(ids))
	for i, id := range ids {
		out[i].Value = id
	}
	return out
}
