package acceptance

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const enterpriseUser = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// TestListingsEntra asserts what Microsoft's gallery requirements and its validator ask of the answers.
func TestListingsEntra(t *testing.T) {
	runListings(t, []listingRow{
		{"EN-01 nobody is told to wait", entra01},
		{"EN-05 matching", entra05},
		{"EN-06 no match is an empty list", entra06},
		{"EN-07 words in any case", entra07},
		{"EN-08 soft and hard deletes", entra08},
		{"EN-09 schemas", entra09},
		{"EN-10 groups", entra10},
		{"EN-11 empty values", entra11},
		{"EN-12 what is sent reads back", entra12},
		{"EN-13 pages of five", entra13},
		{"EN-14 managers", entra14},
		{"EN-15 unassigned and assigned again", entra15},
		{"EN-17 the form of answers", entra17},
		{"EN-20 many changes at once", entra20},
		{"EN-21 409 for true conflicts alone", entra21},
	})
}

// entra01 is the short form of the benchmark: directories at once, in the mix of Entra's steady state.
func entra01(t *testing.T, l *listing) {
	t.Helper()
	const directories, rounds = 4, 25
	var wait sync.WaitGroup
	for n := range directories {
		d := l.directory
		if n > 0 {
			d = l.a.g.tenant(fmt.Sprintf("en-01-%d", n)).directory("People")
		}
		wait.Go(func() {
			for i := range rounds {
				login := fmt.Sprintf("p%d@%s", i, l.domain)
				find := "/Users?filter=" + url.QueryEscape(`userName eq "`+login+`"`)
				status, _ := d.ask("GET", find, nil)
				posted, made := d.ask("POST", "/Users", user(login, ""))
				id, _ := made["id"].(string)
				patched, _ := d.ask("PATCH", "/Users/"+id, replace("displayName", "Ada"))
				if status != http.StatusOK || posted != http.StatusCreated || patched != http.StatusOK {
					t.Errorf("directory %d is answered %d, %d, %d", n, status, posted, patched)
				}
			}
		})
	}
	wait.Wait()
}

func (l *listing) matches(t *testing.T, kind, filter string) int {
	t.Helper()
	total, _ := l.send("GET", "/"+kind+"?filter="+url.QueryEscape(filter), "", l.bearer()).list(t)
	return total
}

func entra05(t *testing.T, l *listing) {
	t.Helper()
	id := l.create("ada@"+l.domain, "key-ada", object{enterpriseUser: object{"employeeNumber": "0042"}})
	l.person("bob")
	for _, filter := range []string{
		`userName eq "ada@` + l.domain + `"`, `userName eq "ADA@` + l.domain + `"`, `externalId eq "key-ada"`, `emails[type eq "work"].value eq "ada@` + l.domain + `"`,
		`emails.value eq "ada@` + l.domain + `"`, enterpriseUser + `:employeeNumber eq "0042"`, `userName eq "ada@` + l.domain + `" and externalId eq "key-ada"`,
		`id eq "` + id + `"`,
	} {
		if got := l.matches(t, "Users", filter); got != 1 {
			t.Errorf("%s finds %d, want 1", filter, got)
		}
	}
}

func entra06(t *testing.T, l *listing) { // EN-19 as well
	t.Helper()
	for kind, filters := range map[string][]string{
		"Users":  {`userName eq "5f1c9f0e-7a0b-4c1e"`, `externalId eq "x"`, `emails[type eq "work"].value eq "x"`, `id eq "x" and manager eq "y"`},
		"Groups": {`displayName eq "5f1c9f0e-7a0b-4c1e"`, `externalId eq "x"`, `id eq "x" and members eq "y"`},
	} {
		for _, filter := range filters {
			if got := l.matches(t, kind, filter); got != 0 {
				t.Errorf("%s finds %d, want none", filter, got)
			}
		}
	}
}

func patchOf(ops ...object) object {
	return object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": ops}
}

func entra07(t *testing.T, l *listing) {
	t.Helper()
	id := l.person("ada")
	for _, word := range []string{"Add", "add", "REPLACE", "Replace"} {
		got := l.want(http.StatusOK, "PATCH", "/Users/"+id, patchOf(
			object{"op": word, "path": "name.familyName", "value": word},
			object{"op": word, "path": `emails[type eq "work"].value`, "value": strings.ToLower(word) + "@" + l.domain},
			object{"op": word, "path": enterpriseUser + ":department", "value": word}))
		name, _ := got["name"].(object)
		extension, _ := got[enterpriseUser].(object)
		emails := fmt.Sprint(got["emails"])
		if name["familyName"] != word || extension["department"] != word || !strings.Contains(emails, strings.ToLower(word)+"@") {
			t.Errorf("%s makes %v", word, got)
		}
	}
	got := l.want(http.StatusOK, "PATCH", "/Users/"+id, patchOf(object{"op": "Remove", "path": enterpriseUser + ":department"}))
	if got[enterpriseUser] != nil {
		t.Errorf("Remove leaves %v", got[enterpriseUser])
	}
}

func entra08(t *testing.T, l *listing) {
	t.Helper()
	id := l.person("ada")
	for _, active := range []string{"False", "True", "False"} {
		l.want(http.StatusOK, "PATCH", "/Users/"+id, patchOf(object{"op": "Replace", "path": "active", "value": active}))
		got := l.want(http.StatusOK, "GET", "/Users/"+id, nil)
		if fmt.Sprint(got["active"]) != strings.ToLower(active) || l.matches(t, "Users", `userName eq "ada@`+l.domain+`"`) != 1 {
			t.Errorf("after active %s the user is %v", active, got)
		}
	}
	l.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
	l.want(http.StatusNotFound, "GET", "/Users/"+id, nil)
	if got := l.matches(t, "Users", `userName eq "ada@`+l.domain+`"`); got != 0 {
		t.Errorf("%d users after the hard delete, want none", got)
	}
}

func entra09(t *testing.T, l *listing) {
	t.Helper()
	got := l.send("GET", "/Schemas", "", l.bearer())
	_, schemas := got.list(t)
	var ids []string
	for _, s := range schemas {
		ids = append(ids, fmt.Sprint(s["id"]))
	}
	for _, want := range []string{"urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Group", enterpriseUser} {
		if !strings.Contains(strings.Join(ids, " "), want) {
			t.Errorf("schemas are %v, without %s", ids, want)
		}
	}
	if strings.Contains(got.text, "null") {
		t.Error("the schemas have nulls")
	}
}

func entra10(t *testing.T, l *listing) {
	t.Helper()
	one, two := l.person("one"), l.person("two")
	group := l.group("Tide watch")
	find := "/Groups?excludedAttributes=members&filter=" + url.QueryEscape(`displayName eq "TIDE watch"`)
	if total, found := l.send("GET", find, "", l.bearer()).list(t); total != 1 || found[0]["members"] != nil {
		t.Errorf("found %d: %v", total, found)
	}
	l.refused(http.StatusConflict, "name", "POST", "/Groups", object{"displayName": "tide WATCH"})
	refs := func(ids ...string) (list []object) {
		for _, id := range ids {
			list = append(list, object{"value": id, "$ref": nil})
		}
		return list
	}
	l.want(http.StatusNoContent, "PATCH", "/Groups/"+group, patchOf(object{"op": "Add", "path": "members", "value": refs(one, two)}))
	l.want(http.StatusNoContent, "PATCH", "/Groups/"+group, patchOf(object{"op": "Remove", "path": "members", "value": refs(one)}))
	if got := l.matches(t, "Groups", `id eq "`+group+`" and members eq "`+two+`"`); got != 1 {
		t.Error("the one who was not named is gone")
	}
	if got := l.matches(t, "Groups", `id eq "`+group+`" and members eq "`+one+`"`); got != 0 {
		t.Error("the one who was named is still there")
	}
}

func entra11(t *testing.T, l *listing) {
	t.Helper()
	id := l.create("ada@"+l.domain, "", object{"title": "Skipper", "nickName": "Ad", enterpriseUser: object{"department": "Deck", "costCenter": "7"}})
	for _, nothing := range []any{"", nil} {
		for _, path := range []string{"title", "nickName", "name.familyName", enterpriseUser + ":department", enterpriseUser + ":costCenter", "preferredLanguage"} {
			l.want(http.StatusOK, "PATCH", "/Users/"+id, patchOf(object{"op": "Replace", "path": path, "value": nothing}))
		}
		got := l.want(http.StatusOK, "GET", "/Users/"+id, nil)
		extension, _ := got[enterpriseUser].(object)
		for _, v := range []any{got["title"], got["nickName"], extension["department"]} {
			if v != nil && v != "" {
				t.Errorf("after %v the user is %v", nothing, got)
			}
		}
	}
}

func entra12(t *testing.T, l *listing) {
	t.Helper()
	sent := object{
		"userName": "Ada.Ö@" + l.domain, "externalId": "A/b+c=", "active": true, "displayName": "  Ada  Ö ", "title": "Ingeniør", "timezone": "Europe/Oslo", "locale": "nb-NO",
		"preferredLanguage": "nb-NO", "nickName": "愛", "profileUrl": "https://kelp.example/~ada?x=1", "userType": "Employee",
		"name":         object{"givenName": "Ada", "familyName": "O'Brien–Ö", "formatted": "Dr. Ada", "honorificPrefix": "Dr."},
		"phoneNumbers": []any{object{"type": "work", "value": "(08) 555-01 ext. 7"}, object{"type": "mobile", "value": "+47 900 00 000"}},
		"addresses":    []any{object{"type": "work", "streetAddress": "Kaj 1\n2. sal", "postalCode": "0001", "country": "NO"}},
		enterpriseUser: object{"employeeNumber": "0042", "department": "R&D \"north\"", "costCenter": "007"},
	}
	made := l.want(http.StatusCreated, "POST", "/Users", sent)
	id, _ := made["id"].(string)
	got := l.want(http.StatusOK, "GET", "/Users/"+id, nil)
	for key, want := range sent {
		if diff := cmp.Diff(want, got[key]); diff != "" {
			t.Errorf("%s mismatch (-sent +read)\n%s", key, diff)
		}
	}
	l.refused(http.StatusBadRequest, "active", "PATCH", "/Users/"+id, patchOf(object{"op": "Replace", "path": "active", "value": "perhaps"}))
}

func entra13(t *testing.T, l *listing) {
	t.Helper()
	const people = 12
	for i := range people {
		l.person(fmt.Sprintf("p%d", i))
	}
	seen := map[any]bool{}
	for start := 1; start <= people; start += 5 {
		a := l.send("GET", fmt.Sprintf("/Users?startIndex=%d&count=5", start), "", l.bearer())
		total, page := a.list(t)
		if n, _ := a.body["startIndex"].(float64); total != people || int(n) != start {
			t.Errorf("page at %d: total %d, startIndex %v", start, total, n)
		}
		for _, u := range page {
			seen[u["id"]] = true
		}
	}
	if len(seen) != people {
		t.Errorf("%d users on the pages, want %d", len(seen), people)
	}
}

func entra14(t *testing.T, l *listing) {
	t.Helper()
	boss, other, id := l.person("boss"), l.person("other"), l.person("ada")
	path := enterpriseUser + ":manager"
	steps := []struct {
		op   object
		want any
	}{
		{object{"op": "Add", "path": path, "value": boss}, boss},
		{object{"op": "Replace", "path": path, "value": other}, other},
		{object{"op": "Remove", "path": path}, nil},
	}
	for _, s := range steps {
		got := l.want(http.StatusOK, "PATCH", "/Users/"+id, patchOf(s.op))
		extension, _ := got[enterpriseUser].(object)
		manager, _ := extension["manager"].(object)
		if manager["value"] != s.want {
			t.Errorf("after %v the manager is %v, want %v", s.op, manager, s.want)
		}
	}
}

func entra15(t *testing.T, l *listing) {
	t.Helper()
	id := l.person("ada")
	group := l.group("Crew", id)
	l.setActive(id, false)
	l.a.access(id, "deactivated_by_directory")
	l.setActive(id, true)
	l.a.access(id, "on")
	if got := l.matches(t, "Groups", `id eq "`+group+`" and members eq "`+id+`"`); got != 1 {
		t.Error("the membership is not kept; Entra does not send it again")
	}
}
