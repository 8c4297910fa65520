package tenant

import (
	"strings"
	"testing"
)

// may fails the test unless each role of a set may do what its line names and none of what it does not, of all that
// anybody of the set may.
func may(t *testing.T, s RoleSet, want map[string]string) {
	t.Helper()
	all := map[Permission]bool{}
	for _, r := range s.Roles {
		for _, p := range s.Permissions(r) {
			all[p] = true
		}
	}
	for _, r := range s.Roles {
		for p := range all {
			wanted := strings.Contains(" "+want[r]+" ", " "+string(p)+" ")
			if got := s.May(r, p); got != wanted {
				t.Errorf("%s: May(%s, %s) = %v, want %v", s.Name, r, p, got, wanted)
			}
		}
		if s.Describe(r) == "" {
			t.Errorf("%s: nobody says what %s means", s.Name, r)
		}
	}
	if s.May("nobody", ReadProfile) {
		t.Error("a role that is none may do something")
	}
}

const everybody = " profile:read profile:write"

// A user can't create flows, invite others or change settings: the table holds for what is not in a line, too.
func TestPromiseA30A31A32PermissionsOfTheSimpleRoles(t *testing.T) {
	t.Parallel()
	may(t, SimpleRoles(), map[string]string{
		"admin": "flows:write alerts:read alerts:ack members:invite members:manage integrations:manage billing:manage settings:manage audit:read" + everybody,
		"user":  "alerts:read alerts:ack" + everybody,
	})
}

func TestPromiseB17PermissionsOfTheContentRoles(t *testing.T) {
	t.Parallel()
	may(t, ContentRoles(), map[string]string{
		"admin":       "content:read content:create content:edit members:invite members:manage integrations:manage billing:manage settings:manage audit:read" + everybody,
		"editor":      "content:read content:create content:edit settings:limited" + everybody,
		"contributor": "content:read content:create content:edit_own" + everybody,
		"viewer":      "content:read" + everybody,
	})
}

func TestRolesOfASetOfItsOwn(t *testing.T) {
	t.Parallel()
	s := RoleSet{Name: "custom", Roles: []string{"owner", "agent", "guest"}, Details: map[string]RoleDetail{
		"agent": {Description: "Answers customers.", Permissions: []Permission{"tickets:answer"}},
	}}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	if !s.May("owner", InviteMembers) || s.May("agent", InviteMembers) || !s.May("agent", "tickets:answer") || s.May("guest", "tickets:answer") || !s.May("guest", WriteProfile) {
		t.Errorf("permissions are %v, %v, %v", s.Permissions("owner"), s.Permissions("agent"), s.Permissions("guest"))
	}
	s.Unavailable = []string{"agent"}
	if s.Offers("agent") || !s.Has("agent") || !s.May("agent", "tickets:answer") || len(s.Offered()) != 2 {
		t.Error("an unavailable role is given, or takes something from who has it")
	}
	other := s.With([]string{"owner", "agent", "boss", "guest"})
	if !other.May("agent", "tickets:answer") || other.Offers("agent") || other.Equal(s) {
		t.Errorf("the set with another role is %+v", other)
	}
}

func TestRoleSetCheckRefuses(t *testing.T) {
	t.Parallel()
	set := func(change func(*RoleSet)) RoleSet {
		s := ContentRoles()
		change(&s)
		return s
	}
	for name, s := range map[string]RoleSet{
		"an unknown role described":  set(func(s *RoleSet) { s.Details = map[string]RoleDetail{"boss": {}} }),
		"a permission without form":  set(func(s *RoleSet) { s.Details = map[string]RoleDetail{"editor": {Permissions: []Permission{"all"}}} }),
		"a description of two lines": set(func(s *RoleSet) { s.Details = map[string]RoleDetail{"editor": {Description: "a\nb"}} }),
		"more than a token can hold": set(func(s *RoleSet) {
			s.Details = map[string]RoleDetail{"editor": {Permissions: make([]Permission, maxPermissions+1)}}
		}),
		"no admin role to give":   set(func(s *RoleSet) { s.Unavailable = []string{"admin"} }),
		"no least role to give":   set(func(s *RoleSet) { s.Unavailable = []string{"viewer"} }),
		"an unknown role is away": set(func(s *RoleSet) { s.Unavailable = []string{"boss"} }),
	} {
		if s.Check() == nil {
			t.Errorf("%s: Check = nil", name)
		}
	}
}
