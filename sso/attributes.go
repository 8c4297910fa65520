package sso

import (
	"slices"
	"strings"

	"rollcall/internal/tenant"
)

// The well-known names of attributes and claims, where a connection's mapping names none: those of OpenID Connect, of
// Entra and AD FS, of LDAP's object identifiers (eduPerson), and what products call them.
var (
	emailNames = []string{
		"email", "mail", "emailAddress", "emailaddress", "Email", "User.Email", "user.email",
		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "urn:oid:0.9.2342.19200300.100.1.3", "urn:oid:1.2.840.113549.1.9.1",
	}
	firstNames = []string{
		"given_name", "givenName", "givenname", "firstName", "first_name", "User.FirstName", "user.firstName",
		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "urn:oid:2.5.4.42",
	}
	lastNames = []string{
		"family_name", "sn", "surname", "lastName", "last_name", "User.LastName", "user.lastName",
		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "urn:oid:2.5.4.4",
	}
	displayNames = []string{
		"name", "displayName", "displayname", "display_name", "cn",
		"http://schemas.microsoft.com/identity/claims/displayname", "urn:oid:2.16.840.1.113730.3.1.241", "urn:oid:2.5.4.3",
	}
	groupNames = []string{
		"groups", "memberOf", "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", "http://schemas.xmlsoap.org/claims/Group",
		"urn:oid:1.3.6.1.4.1.5923.1.5.1.1",
	}
)

// Read takes address, names and groups from Attributes, by the names of a mapping or else the well-known ones. An
// address that comes with several different values is none: nobody can say which is meant (SECURITY S38). What is in
// the identity already stays where Attributes have nothing.
func (id *Identity) Read(m tenant.SignInMapping) {
	if all := id.values(m.Email, emailNames); len(all) > 0 {
		id.Email = only(all)
	}
	read := func(into *string, name string, known []string) {
		if all := id.values(name, known); len(all) > 0 {
			*into = all[0]
		}
	}
	read(&id.FirstName, m.FirstName, firstNames)
	read(&id.LastName, m.LastName, lastNames)
	read(&id.DisplayName, m.DisplayName, displayNames)
	if all := id.values(m.Groups, groupNames); len(all) > 0 {
		id.Groups = all
	}
}

// values are the values, without empty ones and doubles, of the attribute that a mapping names, or of all that are known.
func (id *Identity) values(name string, known []string) []string {
	if name != "" {
		known = []string{name}
	}
	var out []string
	for _, n := range known {
		for _, v := range id.Attributes[n] {
			if v = strings.TrimSpace(v); v != "" && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out
}

// only returns the one value that there is, regardless of case, or "".
func only(all []string) string {
	for _, v := range all[1:] {
		if !strings.EqualFold(v, all[0]) {
			return ""
		}
	}
	return all[0]
}
