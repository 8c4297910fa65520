package simulate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	const want = `{
		"userName": "ann@corp.example", "active": true, "nickName": "", "title": null,
		"emails": [{"type": "work", "value": "ann@corp.example"}, {"type": "home", "value": "ann@home.example"}],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R&D", "manager": {"value": "7"}}
	}`
	tests := []struct {
		name, got string
		lines     []string
	}{
		{"the same in another order, with more", `{
			"id": "1", "active": true, "userName": "ann@corp.example",
			"emails": [{"type": "home", "value": "ann@home.example"}, {"type": "work", "value": "ann@corp.example", "primary": true}],
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R&D", "manager": {"value": "7", "displayName": "Bo"}}
		}`, nil},
		{"values changed", `{
			"active": "True", "userName": "ann@corp.example",
			"emails": [{"type": "work", "value": "bo@corp.example"}, {"type": "home", "value": "ann@home.example"}],
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R\u0026D", "manager": {"value": "8"}}
		}`, []string{
			`active: want true, got "True"`,
			`emails[type eq "work"].value: want "ann@corp.example", got "bo@corp.example"`,
			`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value: want "7", got "8"`,
		}},
		{"values lost", `{"active": true, "userName": "ann@corp.example", "emails": [{"type": "work", "value": "ann@corp.example"}]}`, []string{
			`emails[type eq "home"].type: want "home", nothing came back`,
			`emails[type eq "home"].value: want "ann@home.example", nothing came back`,
			`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department: want "R&D", nothing came back`,
			`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value: want "7", nothing came back`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wanted, err := parse([]byte(want))
			if err != nil {
				t.Fatal(err)
			}
			got, err := parse([]byte(tt.got))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.lines, compare(wanted, got)); diff != "" {
				t.Errorf("compare mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCrew_is_the_same_every_time_and_has_no_doubles(t *testing.T) {
	t.Parallel()
	for _, vendor := range []Vendor{Entra, Okta, Google} {
		cfg := Config{Vendor: vendor, Users: 5000, Seed: 3, Domain: "corp.example"}
		people, again := crew(cfg), crew(cfg)
		seen := map[string]bool{}
		for i, p := range people {
			if diff := cmp.Diff(p.hired, again[i].hired); diff != "" {
				t.Fatalf("crew(%s) differs from itself at %d:\n%s", vendor, i, diff)
			}
			for _, key := range []string{p.hired.UserName, p.hired.ExternalID, p.newName} {
				if key != "" && seen[key] {
					t.Errorf("crew(%s): %q occurs twice", vendor, key)
				}
				seen[key] = true
			}
		}
	}
}

func TestCrew_of_several_vendors_shares_nobody(t *testing.T) {
	t.Parallel()
	owner := map[string]Vendor{}
	for _, vendor := range []Vendor{Entra, Okta, Google} {
		for _, p := range crew(Config{Vendor: vendor, Users: 500, Seed: 1, Domain: "corp.example"}) {
			for _, key := range []string{p.hired.UserName, p.hired.ExternalID, p.newName} {
				if other, taken := owner[key]; taken && key != "" {
					t.Errorf("%q is of %s and of %s", key, other, vendor)
				}
				owner[key] = vendor
			}
		}
	}
}

func TestCrew_has_numbers_in_its_addresses_only_where_a_name_repeats(t *testing.T) {
	t.Parallel()
	people := crew(Config{Vendor: Entra, Users: 171, Seed: 1, Domain: "corp.example"})
	for _, p := range people[:170] {
		if strings.ContainsAny(p.hired.UserName, "0123456789") {
			t.Errorf("the first of the name is %s", p.hired.UserName)
		}
	}
	first := people[0].hired.UserName
	want := strings.Replace(first, "@", ".2@", 1)
	if got := people[170].hired.UserName; got != want {
		t.Errorf("the second %s is %s, want %s", first, got, want)
	}
}
