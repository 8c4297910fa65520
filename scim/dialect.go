package scim

import "strings"

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

// entraBracketKey assigns a key of a body that is a path with a filter, such as
// "emails[type eq \"work\"].value": with its flag set, Entra names parts by paths in the
// value of an operation, and no rule keeps it from typed values. The bracket is at key[at]. One whose attribute is not known is passed over like any
// other unknown key; one whose filter is not understood is refused, so that nobody takes it for
// done.
func (d *draft) entraBracketKey(m mode, key string, at int, v value) error {
	if t, ok := d.resolve(key[:at]); !ok || t.whole || oktaIgnoredKey(t) {
		return nil
	}
	p, err := parsePath(key, Limits{})
	if err != nil {
		return err
	}
	t, err := d.target(p)
	if err != nil {
		return err
	}
	if oktaIgnoredKey(t) {
		return nil
	}
	return d.apply(operation{mode: m, path: &p, value: v, given: true})
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
// and none of the empty string, bare or in an object, with which Entra clears it.
func entraManagerString(a *attribute, v value) value {
	if a.name != "manager" {
		return v
	}
	id := v.folded("value")
	switch {
	case v.shape == textShape && v.text() == "":
		return value{}
	case v.shape == textShape:
		return objectValue(field{"value", v})
	case id != nil && id.shape == textShape && id.text() == "":
		return value{}
	}
	return v
}

// entraManagerCleared says whether an empty text is assigned to manager.value: with the id
// goes the manager.
func entraManagerCleared(t target, v value) bool {
	return t.attr != nil && t.attr.name == "manager" && t.sub == "value" && v.shape == textShape && v.text() == ""
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
