package scim

import "strings"

// Entra sends app roles in three ways, by the expression that the admin has chosen for roles in the attribute mapping:
//
//	SingleAppRoleAssignment             one role: an object with primary true in POST, and in PATCH an Add whose value is
//	                                    JSON inside a text
//	AppRoleAssignmentsComplex           several: objects with primary false, and a PATCH that only ever adds
//	AssertiveAppRoleAssignmentsComplex  several: objects, and a PATCH that replaces all
//
// All end as objects with value, display, type and primary. What the second leaves behind, no server can know.

// entraRoleType is the type of the roles of Entra that come as objects.
const entraRoleType = "WindowsAzureActiveDirectoryRole"

// entraRoleText makes objects of the roles in the JSON text that Entra's SingleAppRoleAssignment sends as value. The
// role is the user's one, so it gets the type and the mark that the same role has in POST.
func entraRoleText(a *attribute, e value) []value {
	text := e.textOf("value")
	if a.name != "roles" || !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return []value{e}
	}
	list, err := parseValue([]byte("[" + text + "]"))
	if err != nil {
		return []value{e}
	}
	var out []value
	for _, r := range list.items {
		if r.textOf("value") == "" {
			return []value{e}
		}
		role := value{shape: objectShape}
		for _, f := range e.fields {
			role.set(f.name, f.value)
		}
		role.set("value", textValue(r.textOf("value")))
		if name := r.textOf("displayName"); name != "" {
			role.set("display", textValue(name))
		}
		if role.folded("type") == nil {
			role.set("type", textValue(entraRoleType))
		}
		if role.folded("primary") == nil && len(list.items) == 1 {
			role.set("primary", boolValue(true))
		}
		out = append(out, role)
	}
	return out
}

// entraSingleRole says whether an Add names the user's one role as a text: it takes the place of the one that was
// primary, which the user has no more. Other forms name their roles by objects.
func entraSingleRole(a *attribute, v value) bool {
	list := v.elements()
	return a.name == "roles" && len(list) == 1 && strings.HasPrefix(strings.TrimSpace(list[0].textOf("value")), "{") &&
		len(entraRoleText(a, list[0])) == 1 && entraRoleText(a, list[0])[0].textOf("value") != list[0].textOf("value")
}
