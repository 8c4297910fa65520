package scim

import (
	"strings"
)

// entraStringBoolean reads "True" and "False" as booleans: Entra sends active
// so in PATCH, and roles[primary eq "True"] as a path; OneLogin's templates
// put their booleans in quotes.
func entraStringBoolean(s string) (b, ok bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, true
	case strings.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}

// entraShortName finds department, manager and their like without the URN of
// the enterprise extension, as older samples of Entra name them.
func (s *resourceSchema) entraShortName(path string) (target, bool) {
	if s.kind != userKind {
		return target{}, false
	}
	return s.extensions[0].table.resolve(path, enterpriseURN)
}

// entraMistypedURN cuts the URN of the enterprise extension without its last
// colon, as Entra's older samples spell it.
func entraMistypedURN(path string) (rest string, ok bool) {
	const mistyped = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"
	return cutURN(path, mistyped)
}

// oneLoginEmptyBoolean says whether a text stands for no value where a boolean
// should be: OneLogin's templates leave empty quotes.
func oneLoginEmptyBoolean(v value) bool { return v.shape == textShape && v.text() == "" }

// entraManagerString makes an object of a manager that came as the bare id,
// and none of the empty string, with which Entra clears it.
func entraManagerString(a *attribute, v value) value {
	switch {
	case a.name != "manager" || v.shape != textShape:
		return v
	case v.text() == "":
		return value{}
	}
	return objectValue(field{"value", v})
}

// entraManagerArray takes the manager out of a list of one, in which Entra's older
// samples wrap it.
func entraManagerArray(a *attribute, v value) value {
	if a.name == "manager" && v.shape == listShape && len(v.items) == 1 {
		return v.items[0]
	}
	return v
}

// entraRoleName reads the role out of the JSON text that Entra's
// SingleAppRoleAssignment sends as value of a role, where it is stored so: by
// strict directories, and from before entraRoleText.
func entraRoleName(s string) string {
	if !strings.HasPrefix(s, "{") {
		return s
	}
	v, err := parseValue([]byte(s))
	if err != nil || v.textOf("value") == "" {
		return s
	}
	return v.textOf("value")
}

// oktaIgnoredKey says whether a key of a body or of a path-less PATCH is passed over:
// Okta sends the resource's own id, groups and meta back, and a password that
// we never keep; authentik sends schemas.
func oktaIgnoredKey(t target) bool { return t.hidden() || t.readOnly() }

// authentikNullPath says whether a path that is there names nothing: authentik
// sends null.
func authentikNullPath(v value) bool {
	return v.shape == nullShape || v.shape == textShape && strings.TrimSpace(v.text()) == ""
}
