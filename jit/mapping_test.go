package jit_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/jit"
	"rollcall/sso"
)

// TestDecideMapping_S39_J15 holds identities against mapping rules.
func TestDecideMapping_S39_J15(t *testing.T) {
	t.Parallel()
	rules := func(list ...tenant.SignInRule) tenant.Config {
		return world(func(c *tenant.Config) {
			c.Connections[0].Mapping = tenant.SignInMapping{Groups: "memberOf", Rules: list}
		})
	}
	says := func(groups []string, attributes map[string][]string) sso.Identity {
		id := as("ada@acme.example")
		id.Groups, id.Attributes = groups, attributes
		return id
	}
	facts := jit.Facts{ByHand: []roster.GroupRef{{ID: handID, Name: "By hand"}}}
	rule := func(attribute, value, role string) tenant.SignInRule {
		return tenant.SignInRule{Attribute: attribute, Value: value, Role: role}
	}
	tests := []struct {
		name   string
		cfg    tenant.Config
		id     sso.Identity
		role   string
		groups []roster.GroupID
		notes  int
	}{
		{"J15 no rules: no claim", world(), says([]string{"admins"}, map[string][]string{"role": {"admin"}}), "", nil, 0},
		{"first that fits wins", rules(rule("role", "w", "viewer"), rule("role", "e", "editor"), rule("groups", "staff", "contributor")), says([]string{"staff"}, map[string][]string{"role": {"e", "x"}}), "editor", nil, 0},
		{"groups by their own name", rules(rule("memberOf", "staff", "editor")), says([]string{"staff"}, nil), "editor", nil, 0},
		{"none fits", rules(rule("role", "E", "editor")), says(nil, map[string][]string{"role": {"e"}, "Role": {"E"}}), "", nil, 0},
		{"S39 never admin", rules(rule("groups", "admins", "admin"), rule("groups", "admins", "editor")), says([]string{"admins"}, nil), "editor", nil, 1},
		{"a role that there is not", rules(rule("groups", "a", "owner")), says([]string{"a"}, nil), "", nil, 1},
		{"groups kept by hand only", rules(
			tenant.SignInRule{Attribute: "groups", Value: "a", Group: handID.UUID}, tenant.SignInRule{Attribute: "groups", Value: "a", Group: pushedID.UUID},
			tenant.SignInRule{Attribute: "groups", Value: "b", Group: handID.UUID, Role: "viewer"},
		), says([]string{"a", "b"}, nil), "viewer", []roster.GroupID{handID}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := jit.Decide(tt.cfg, tt.id, facts, t0)
			if d.Role != tt.role || !cmp.Equal(d.Give, tt.groups) || len(d.Notes) != tt.notes {
				t.Errorf("Decide = role %q, groups %v, notes %q; want %q, %v, %d notes", d.Role, d.Give, d.Notes, tt.role, tt.groups, tt.notes)
			}
		})
	}
}

// TestDecideNames_R5 shows who writes what.
func TestDecideNames_R5(t *testing.T) {
	t.Parallel()
	id := as("ada@acme.example")
	id.FirstName, id.LastName = "Ada", "Love\x00lace"
	for name, tt := range map[string]struct {
		facts    jit.Facts
		fillOnly bool
	}{
		"nobody manages the member":    {linkedHolder(member("ada@acme.example")), false},
		"a directory does":             {linkedHolder(managed("ada@acme.example", true)), true},
		"a directory does, first time": {holder(managed("ada@acme.example", true)), true},
		"a new member":                 {jit.Facts{}, false},
	} {
		d := jit.Decide(world(), id, tt.facts, t0)
		want := roster.Names{First: "Ada", Last: "Lovelace", Display: "Ada Lovelace"}
		if d.Names != want || d.FillOnly != tt.fillOnly {
			t.Errorf("%s: Decide = %+v, fill only %v; want %+v, %v", name, d.Names, d.FillOnly, want, tt.fillOnly)
		}
	}
}
