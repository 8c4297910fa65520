package roster

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/tenant"
)

func TestCheckRoles(t *testing.T) {
	t.Parallel()
	of := func(roles ...string) tenant.Config {
		return tenant.Config{Tenant: tenant.Tenant{Roles: tenant.RoleSet{Roles: roles}}}
	}
	byDefault, byDomain, byGroup, removed := of("admin", "user"), of("admin", "user"), of("admin", "user"), of("admin", "user")
	byDefault.Tenant.Policy.DefaultRole = "editor"
	byDomain.Domains = []tenant.Domain{{Name: "a.example", Status: tenant.DomainTrusted, DefaultRole: "editor"}}
	byGroup.Directories = []tenant.Directory{{Name: "Entra", Status: tenant.DirectoryActive, Mappings: []tenant.RoleMapping{{Role: "editor"}}}}
	removed.Directories = []tenant.Directory{{Name: "Entra", Status: tenant.DirectoryRemoved, Mappings: []tenant.RoleMapping{{Role: "editor"}}}}
	tests := []struct {
		name string
		cfg  tenant.Config
		want bool
	}{
		{"a longer set", of("admin", "editor", "user"), true},
		{"one role", of("admin"), false},
		{"a form that roles do not have", of("admin", "User"), false},
		{"another admin role", of("owner", "admin", "user"), false},
		{"the default is gone", byDefault, false},
		{"a domain's default is gone", byDomain, false},
		{"a mapped role is gone", byGroup, false},
		{"a removed directory's mapped role is gone", removed, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := checkRoles(tt.cfg, "admin")
			if diff := cmp.Diff(tt.want, err == nil); diff != "" {
				t.Errorf("checkRoles() = %v; mismatch (-want +got):\n%s", err, diff)
			}
		})
	}
}
