package tenant

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// Permission is a thing that a role may do, as thing:deed. Those that end in :read are there for applications to ask
// for; what the gateway itself lets people do hangs on who is an admin.
type Permission string

// The permissions of the built-in role sets. A set of a tenant's own may have others.
const (
	WriteFlows        Permission = "flows:write"         // make and edit flows
	InviteMembers     Permission = "members:invite"      // invite people
	ManageMembers     Permission = "members:manage"      // roles, access, groups
	ManageIntegration Permission = "integrations:manage" // sign-in, directories and other integrations
	ManageBilling     Permission = "billing:manage"
	ManageSettings    Permission = "settings:manage"
	LimitedSettings   Permission = "settings:limited" // those of the content that one works on
	ReadAudit         Permission = "audit:read"
	ReadAlerts        Permission = "alerts:read" // those that one receives
	AckAlerts         Permission = "alerts:ack"
	ReadContent       Permission = "content:read"
	CreateContent     Permission = "content:create"
	EditContent       Permission = "content:edit"
	EditOwnContent    Permission = "content:edit_own" // what one made oneself
	ReadProfile       Permission = "profile:read"     // one's own
	WriteProfile      Permission = "profile:write"    // one's own contact, consent to text messages, schedule
)

// RoleDetail says what a role of a tenant's own set means.
type RoleDetail struct {
	Description string       `json:"description,omitempty"`
	Permissions []Permission `json:"permissions,omitempty"`
}

// maxPermissions bounds the permissions of a role, because tokens name them and travel in headers.
const (
	maxPermissions = 50
	maxRoleText    = 200
)

var permissionForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,29}(:[a-z][a-z0-9_]{0,29}){1,2}$`)

// everyone is what a person may do about themselves, whatever the role.
func everyone() []Permission { return []Permission{ReadProfile, WriteProfile} }

// managing is what an admin role may do in the gateway and around it.
func managing() []Permission {
	return []Permission{InviteMembers, ManageMembers, ManageIntegration, ManageBilling, ManageSettings, ReadAudit}
}

// builtIn describes the roles of the built-in sets.
func builtIn(set, role string) (RoleDetail, bool) {
	d, ok := map[string]RoleDetail{
		"simple admin":        {"Creates flows, invites people, and manages integrations, billing and settings.", slices.Concat([]Permission{WriteFlows, ReadAlerts, AckAlerts}, managing())},
		"simple user":         {"Sees and acknowledges the alerts they receive, and looks after their own profile.", []Permission{ReadAlerts, AckAlerts}},
		"content admin":       {"Manages people, settings and all content.", slices.Concat([]Permission{ReadContent, CreateContent, EditContent}, managing())},
		"content editor":      {"Creates and edits all content, and has the settings that go with it.", []Permission{ReadContent, CreateContent, EditContent, LimitedSettings}},
		"content contributor": {"Creates content, and edits their own.", []Permission{ReadContent, CreateContent, EditOwnContent}},
		"content viewer":      {"Reads content, and edits none.", []Permission{ReadContent}},
	}[set+" "+role]
	return d, ok
}

func (s RoleSet) detail(role string) RoleDetail {
	if d, ok := s.Details[role]; ok {
		return d
	}
	if d, ok := builtIn(s.Name, role); ok {
		return d
	}
	if role == s.Admin() {
		return RoleDetail{"Manages people, integrations, billing and settings.", managing()}
	}
	return RoleDetail{}
}

// With is the set with other roles. Those that stay keep what is said of them.
func (s RoleSet) With(roles []string) RoleSet {
	out := RoleSet{Name: "custom", Roles: roles, Details: map[string]RoleDetail{}}
	for _, r := range roles {
		if s.Has(r) {
			out.Details[r] = s.detail(r)
		}
	}
	for _, r := range s.Unavailable {
		if out.Has(r) {
			out.Unavailable = append(out.Unavailable, r)
		}
	}
	return out
}

// Describe says in one line what a role is for; empty when nobody said.
func (s RoleSet) Describe(role string) string { return s.detail(role).Description }

// Permissions are what a role may do, sorted; a role that is none of the set may do nothing.
func (s RoleSet) Permissions(role string) []Permission {
	if !s.Has(role) {
		return []Permission{}
	}
	all := slices.Concat(s.detail(role).Permissions, everyone())
	slices.Sort(all)
	return slices.Compact(all)
}

// May says whether a role has a permission.
func (s RoleSet) May(role string, p Permission) bool { return slices.Contains(s.Permissions(role), p) }

// Offers says whether a role can be given now: it is one of the set, and the tenant's plan has it. Who bears a role that
// is not offered keeps it.
func (s RoleSet) Offers(role string) bool {
	return s.Has(role) && !slices.Contains(s.Unavailable, role)
}

// Offered are the roles that can be given now, in their order.
func (s RoleSet) Offered() []string {
	return slices.DeleteFunc(slices.Clone(s.Roles), func(r string) bool { return !s.Offers(r) })
}

// Equal says whether two sets are the same in all they say.
func (s RoleSet) Equal(o RoleSet) bool {
	return s.SameRules(o) && s.Name == o.Name && maps.EqualFunc(s.Details, o.Details, func(a, b RoleDetail) bool {
		return a.Description == b.Description && slices.Equal(a.Permissions, b.Permissions)
	})
}

// SameRules says whether two sets judge members alike.
func (s RoleSet) SameRules(o RoleSet) bool {
	return slices.Equal(s.Roles, o.Roles) && slices.Equal(s.Unavailable, o.Unavailable)
}

func (s RoleSet) checkDetails() error {
	for role, d := range s.Details {
		if !s.Has(role) {
			return fmt.Errorf("role %q is described, and is none of the set", clip(role))
		}
		if len(d.Description) > maxRoleText || hasControl(d.Description) {
			return fmt.Errorf("the description of %q is one line of up to %d bytes", role, maxRoleText)
		}
		if len(d.Permissions) > maxPermissions {
			return fmt.Errorf("the role %q has more than %d permissions", role, maxPermissions)
		}
		for _, p := range d.Permissions {
			if !permissionForm.MatchString(string(p)) {
				return fmt.Errorf("permission %q: use thing:deed in lower-case letters, digits and _, such as reports:read", clip(string(p)))
			}
		}
	}
	for _, r := range s.Unavailable {
		switch {
		case !s.Has(r):
			return fmt.Errorf("role %q is made unavailable, and is none of the set", clip(r))
		case r == s.Admin() || r == s.Least():
			return fmt.Errorf("the role %q must stay available: the first manages the tenant, the last is the default", r)
		}
	}
	return nil
}
