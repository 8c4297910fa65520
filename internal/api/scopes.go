package api

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/internal/roster"
)

// Scope is what a credential may be good for.
type Scope string

// The scopes. Writing includes reading. Those of a tenant are listed in tenantScopes as well.
const (
	Operate          Scope = "operate" // what only the operator does: make and suspend tenants, trust domains
	ReadTenants      Scope = "tenants:read"
	WriteTenants     Scope = "tenants:write"
	ReadDirectories  Scope = "directories:read"
	WriteDirectories Scope = "directories:write"
	ReadConnections  Scope = "connections:read"
	WriteConnections Scope = "connections:write" // also how people sign in
	ReadMembers      Scope = "members:read"
	WriteMembers     Scope = "members:write"
	ReadInvites      Scope = "invites:read"
	WriteInvites     Scope = "invites:write"
	ReadContacts     Scope = "contacts:read"
	WriteContacts    Scope = "contacts:write"
	ReadEvents       Scope = "events:read"
	ReadAccess       Scope = "access:read"     // whether a person may come in
	ReadRecipients   Scope = "recipients:read" // whom an application may notify, and how
	ReadTokens       Scope = "tokens:read"     // of sessions and the operator: no token makes others
	WriteTokens      Scope = "tokens:write"
	ReadApps         Scope = "apps:read" // of no tenant: the operator's
	WriteApps        Scope = "apps:write"
	ReadProfile      Scope = "profile:read" // one's own: of sessions
	WriteProfile     Scope = "profile:write"
	ReadSelf         Scope = "self:read" // who one is: every credential has it
)

// tenantScopes are those that concern one tenant, and that programs can be given.
func tenantScopes() []Scope {
	return []Scope{
		ReadTenants, WriteTenants, ReadDirectories, WriteDirectories, ReadConnections, WriteConnections, ReadMembers, WriteMembers,
		ReadInvites, WriteInvites, ReadContacts, WriteContacts, ReadEvents, ReadAccess, ReadRecipients,
	}
}

// ParseScopes reads the scopes that somebody wants to give a credential, for a tenant's admin or an application: those of
// a tenant. The error is Invalid and names all that there are.
func ParseScopes(names []string) ([]string, error) {
	all := tenantScopes()
	for _, n := range names {
		if !slices.Contains(all, Scope(n)) {
			var texts []string
			for _, s := range all {
				texts = append(texts, string(s))
			}
			return nil, &roster.Error{
				Kind: roster.Invalid, Field: "scopes",
				Detail: fmt.Sprintf("There is no scope %q for this. There are: %s.", clipped(n), strings.Join(texts, ", ")),
			}
		}
	}
	return names, nil
}

func clipped(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

func scopesOf(names []string) []Scope {
	out := make([]Scope, len(names))
	for i, n := range names {
		out[i] = Scope(n)
	}
	return out
}

// adminScopes are those of an admin who is signed in; ownScopes those of anybody.
func adminScopes() []Scope {
	return slices.Concat(tenantScopes(), []Scope{WriteTokens}, ownScopes())
}

func ownScopes() []Scope { return []Scope{WriteProfile} }
