package acceptance

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestListingsOkta asserts what Okta's published suites and its reference ask of the answers.
func TestListingsOkta(t *testing.T) {
	runListings(t, []listingRow{
		{"OK-02 without a right", okta02},
		{"OK-03 the token in the header", okta03},
		{"OK-05 two tenants", okta05},
		{"OK-06 to OK-12 the suite", oktaSuite},
		{"OK-13 ids are ours for ever", okta13},
		{"OK-16 what is put back is not kept", okta16},
		{"OK-17 the life cycle", okta17},
		{"OK-19 pages of a hundred", okta19},
		{"OK-20 groups at once", okta20},
		{"OK-21 a thousand changes", okta21},
	})
}

func okta02(t *testing.T, l *listing) {
	t.Helper()
	for _, auth := range []string{"Authorization: ", "Authorization: non-token", "Authorization: Bearer non-token", "Authorization: Basic " + l.token} {
		l.send("GET", "/Users?count=1", "", auth).refusal(t, http.StatusUnauthorized)
	}
}

func okta03(t *testing.T, l *listing) {
	t.Helper()
	for _, auth := range []string{"Authorization: " + l.token, l.bearer(), "Authorization: bearer " + l.token} {
		if got := l.send("GET", "/Users?count=1", "", auth); got.status != http.StatusOK {
			t.Errorf("%s is answered %d, want 200", strings.Fields(auth)[1], got.status)
		}
	}
}

func okta05(t *testing.T, l *listing) {
	t.Helper()
	theirs := l.a.g.tenant("ok-05-theirs")
	other := &listing{directory: theirs.directory("People"), domain: l.domain}
	id := l.person("ada")
	other.want(http.StatusCreated, "POST", "/Users", user("ada@"+l.domain, "theirs"))
	if total, _ := l.send("GET", "/Users", "", l.bearer()).list(t); total != 1 {
		t.Errorf("%d users, want our own alone", total)
	}
	if got := l.send("GET", "/Users", "", other.bearer()).status; got != http.StatusNotFound {
		t.Errorf("their token here is answered %d, want 404", got)
	}
	other.want(http.StatusNotFound, "GET", "/Users/"+id, nil)
}

func oktaSuite(t *testing.T, l *listing) {
	t.Helper()
	first := l.person("first")
	ask := func(path string) answer {
		return l.send("GET", path, "", l.bearer(), "Accept: application/scim+json", "Content-Type: application/scim+json; charset=utf-8")
	}
	_, users := ask("/Users?count=1&startIndex=1").list(t) // OK-06
	for _, u := range append(users, ask("/Users/"+first).body) {
		name, _ := u["name"].(object)
		emails, _ := u["emails"].([]any)
		if u["id"] != first || name["familyName"] != "Berg" || name["givenName"] != "Ada" || u["userName"] != "first@"+l.domain || u["active"] != true || len(emails) != 1 {
			t.Errorf("OK-06, OK-07: user is %v", u)
		}
	}
	filter := func(login string) string { return "/Users?filter=" + url.QueryEscape(`userName eq "`+login+`"`) }
	if total, _ := ask(filter("nobody@x")).list(t); total != 0 {
		t.Errorf("OK-08: %d users, want none", total)
	}
	ask("/Users/00919288221112222").refusal(t, http.StatusNotFound) // OK-09
	body := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"runner@` + l.domain + `","name":{"givenName":"Run","familyName":"Scope"},` +
		`"emails":[{"primary":true,"value":"runner@` + l.domain + `","type":"work"}],"displayName":"Run Scope","active":true}`
	made := l.send("POST", "/Users", body, l.bearer(), "Content-Type: application/json", "Accept: application/scim+json")
	if made.status != http.StatusCreated || made.body["active"] != true || made.body["id"] == "" || !strings.Contains(made.text, "core:2.0:User") || !strings.Contains(made.text, `"Scope"`) {
		t.Errorf("OK-10: created %d %s", made.status, made.text)
	}
	l.send("POST", "/Users", body, l.bearer(), "Content-Type: application/json").refusal(t, http.StatusConflict) // OK-11
	if total, _ := ask(filter(strings.ToUpper("runner@" + l.domain))).list(t); total != 1 {
		t.Errorf("OK-12: %d users by the name in capitals, want 1", total)
	}
}

func okta13(t *testing.T, l *listing) {
	t.Helper()
	mine := l.want(http.StatusCreated, "POST", "/Users", user("ada@"+l.domain, "k", object{"id": "mine"}))
	id, _ := mine["id"].(string)
	group := l.group("Crew")
	if len(id) != 36 || id == group || strings.Contains(id, "bulkId") {
		t.Errorf("ids are %q and %q, want UUIDs of ours", id, group)
	}
	if got := l.want(http.StatusOK, "GET", "/Users/"+id+"?attributes=userName", nil)["id"]; got != id {
		t.Errorf("id is %v in an answer with few attributes, want it there always", got)
	}
	l.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil) // OK-18: never sent, answered all the same
	if other := l.create("ada@"+l.domain, "another human"); other == id {
		t.Errorf("the id %s of another human is used again", id)
	}
}

func okta16(t *testing.T, l *listing) {
	t.Helper()
	id := l.person("ada")
	whole := l.want(http.StatusOK, "GET", "/Users/"+id, nil)
	whole["active"], whole["password"], whole["groups"], whole["favouriteShoe"] = false, "hunter2hunter2", []object{}, "left"
	got := l.want(http.StatusOK, "PUT", "/Users/"+id, whole)
	if got["active"] != false || got["password"] != nil || got["favouriteShoe"] != nil {
		t.Errorf("PUT is answered with %v", got)
	}
	l.a.access(id, "deactivated_by_directory")
}

func okta17(t *testing.T, l *listing) {
	t.Helper()
	id := l.person("ada")
	l.want(http.StatusOK, "PATCH", "/Users/"+id, replace("", object{"name": object{"familyName": "Holm"}}))
	for _, active := range []bool{false, true, false} {
		l.want(http.StatusOK, "PATCH", "/Users/"+id, replace("", object{"active": active}))
		got := l.want(http.StatusOK, "GET", "/Users/"+id, nil)
		name, _ := got["name"].(object)
		if diff := cmp.Diff([]any{active, "Holm"}, []any{got["active"], name["familyName"]}); diff != "" {
			t.Errorf("user mismatch (-want +got)\n%s", diff)
		}
	}
}

func okta19(t *testing.T, l *listing) {
	t.Helper()
	const people = 203
	for i := range people {
		l.want(http.StatusCreated, "POST", "/Users", object{"userName": fmt.Sprintf("p%03d@%s", i, l.domain)})
	}
	for range 2 { // the order is the same the next time
		var names []any
		for start := 1; start <= people; start += 100 {
			total, page := l.send("GET", fmt.Sprintf("/Users?startIndex=%d&count=100", start), "", l.bearer()).list(t)
			if total != people {
				t.Fatalf("totalResults is %d, want %d", total, people)
			}
			for _, u := range page {
				names = append(names, u["userName"])
			}
		}
		for i, name := range names {
			if want := fmt.Sprintf("p%03d@%s", i, l.domain); name != want {
				t.Fatalf("user %d is %v, want %s", i, name, want)
			}
		}
	}
	if _, page := l.send("GET", "/Users?startIndex=1&count=2", "", l.bearer()).list(t); len(page) != 2 {
		t.Errorf("the probe has %d users, want 2", len(page))
	}
}

func okta20(t *testing.T, l *listing) {
	t.Helper()
	for i := range 20 {
		l.group(fmt.Sprintf("Group %d", i))
	}
	began := time.Now()
	total, _ := l.send("GET", "/Groups", "", l.bearer()).list(t)
	if took := time.Since(began); total != 20 || took > 600*time.Millisecond {
		t.Errorf("%d groups after %v, want 20 within 600ms", total, took)
	}
}

func okta21(t *testing.T, l *listing) {
	t.Helper()
	ids := make([]object, 0, 100)
	for i := range 100 {
		ids = append(ids, object{"value": l.create(fmt.Sprintf("p%d@%s", i, l.domain), "")})
	}
	group := l.group("Crew")
	l.want(http.StatusNoContent, "PATCH", "/Groups/"+group, replace("members", ids))
	var ops []object
	for i := range 500 {
		ops = append(ops,
			object{"op": "remove", "path": fmt.Sprintf(`members[value eq "%s"]`, ids[i%100]["value"])},
			object{"op": "add", "path": "members", "value": []object{ids[(i+1)%100]}})
	}
	l.want(http.StatusNoContent, "PATCH", "/Groups/"+group, object{"Operations": ops})
	got := l.want(http.StatusOK, "GET", "/Groups/"+group, nil)
	if members, _ := got["members"].([]any); len(members) != 1 { // each takes the place of the one before
		t.Errorf("%d members, want 1", len(members))
	}
	l.want(http.StatusNoContent, "DELETE", "/Groups/"+group, nil)
}
