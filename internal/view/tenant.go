package view

import (
	"time"

	"rollcall/internal/tenant"
)

// TenantView is a tenant as JSON.
type TenantView struct {
	ID               tenant.ID     `json:"id"`
	Slug             string        `json:"slug" doc:"Names the tenant in URLs and on the command line."`
	Name             string        `json:"name"`
	Status           tenant.Status `json:"status" enum:"active,suspended"`
	RoleSet          string        `json:"role_set" doc:"simple, content or custom."`
	Roles            []string      `json:"roles" doc:"The admin role first, the least last."`
	RoleDetails      []RoleView    `json:"role_details" doc:"What the roles mean, in the order of roles."`
	DefaultRole      string        `json:"default_role" doc:"The role of members for whom nobody names one."`
	ConfirmAdoption  bool          `json:"confirm_adoption" doc:"An admin confirms each existing member that a directory takes over."`
	ProtectLastAdmin bool          `json:"protect_last_admin" doc:"A directory that turns off the last admin is refused."`
	Guests           string        `json:"guests" enum:"notify,allow,block" doc:"What happens when another tenant invites people of a domain that this one owns."`
	SecondFactor     string        `json:"second_factor" enum:"optional,required" doc:"Whether people who sign in without an identity provider must show a second factor."`
	NoAdmin          bool          `json:"no_admin" doc:"A directory turned off the last admin."`
	CreatedAt        time.Time     `json:"created_at"`
}

// RoleView is a role as JSON.
type RoleView struct {
	Name        string              `json:"name"`
	Description string              `json:"description,omitempty"`
	Permissions []tenant.Permission `json:"permissions" doc:"What the role may do, sorted."`
	Available   bool                `json:"available" doc:"Whether it can be given: the tenant's plan has it. Who bears it already keeps it."`
}

// Roles shows what the roles of a set mean.
func Roles(s tenant.RoleSet) []RoleView {
	out := make([]RoleView, len(s.Roles))
	for i, r := range s.Roles {
		out[i] = RoleView{Name: r, Description: s.Describe(r), Permissions: s.Permissions(r), Available: s.Offers(r)}
	}
	return out
}

// Tenant shows a tenant.
func Tenant(t tenant.Tenant) TenantView {
	v := TenantView{
		ID: t.ID, Slug: t.Slug, Name: t.Name, Status: t.Status, RoleSet: t.Roles.Name, Roles: t.Roles.Roles, RoleDetails: Roles(t.Roles),
		DefaultRole: t.Policy.DefaultRole, ConfirmAdoption: t.Policy.ConfirmAdoption,
		ProtectLastAdmin: t.Policy.ProtectLastAdmin, Guests: t.Policy.Guests.String(), SecondFactor: t.Policy.SecondFactor.String(), NoAdmin: t.NoAdmin, CreatedAt: t.CreatedAt,
	}
	if v.DefaultRole == "" {
		v.DefaultRole = t.Roles.Least()
	}
	return v
}

// SchemaView is a schema as JSON: RFC 7643 §7 with our keys, and how far its indexes are.
type SchemaView struct {
	tenant.Schema
	Resource string            `json:"resource" enum:"User,Group" doc:"What the schema extends."`
	Indexes  map[string]string `json:"indexes" doc:"The state of each index, by the name of its attribute: building or ready."`
}

// Schema shows a schema and how far its indexes are.
func Schema(e tenant.Extensions, s tenant.Schema) SchemaView {
	v := SchemaView{Schema: s, Resource: s.Resource(), Indexes: map[string]string{}}
	for _, a := range s.Attributes {
		if i, ok := e.Index(s.URN, a.Name); ok {
			v.Indexes[a.Name] = string(i.State)
		}
	}
	return v
}
