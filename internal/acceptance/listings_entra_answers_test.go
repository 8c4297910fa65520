package acceptance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func entra17(t *testing.T, l *listing) {
	t.Helper()
	user, group := l.person("ada"), l.group("Crew")
	for _, path := range []string{"/Users/" + user, "/Groups/" + group, "/Users", "/Groups", "/Schemas", "/ResourceTypes", "/ServiceProviderConfig", "/Users/x"} {
		got := l.send("GET", path, "", l.bearer())
		if ct := got.header.Get("Content-Type"); ct != "application/scim+json" {
			t.Errorf("%s is %s", path, ct)
		}
		if got.body["schemas"] == nil {
			t.Errorf("%s has no schemas", path)
		}
		items, _ := got.body["Resources"].([]any)
		for _, i := range items {
			if o, _ := i.(object); o["schemas"] == nil || o["id"] == nil {
				t.Errorf("%s has an item without schemas or id: %v", path, o)
			}
		}
	}
	twice := []object{{"type": "work", "value": "a@" + l.domain}, {"type": "work", "value": "a@" + l.domain}}
	got := l.want(http.StatusOK, "PATCH", "/Users/"+user, replace("emails", twice))
	if emails, _ := got["emails"].([]any); len(emails) != 1 {
		t.Errorf("emails are %v, want one", got["emails"])
	}
}

func entra20(t *testing.T, l *listing) {
	t.Helper()
	ops, users := []object{}, []object{}
	for i := range 50 {
		ops = append(ops, object{"method": "POST", "path": "/Users", "bulkId": fmt.Sprint("u", i), "data": user(fmt.Sprintf("p%d@%s", i, l.domain), "")})
		users = append(users, object{"value": fmt.Sprint("bulkId:u", i)})
	}
	ops = append(ops, object{"method": "POST", "path": "/Groups", "bulkId": "g", "data": object{"displayName": "Crew", "members": users}})
	done := l.want(http.StatusOK, "POST", "/Bulk", object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:BulkRequest"}, "Operations": ops})
	results, _ := done["Operations"].([]any)
	last, _ := results[len(results)-1].(object)
	location, _ := last["location"].(string)
	group := location[strings.LastIndex(location, "/")+1:]
	got := l.want(http.StatusOK, "GET", "/Groups/"+group, nil)
	members, _ := got["members"].([]any)
	if len(members) != 50 {
		t.Fatalf("%d members, want 50", len(members))
	}
	l.want(http.StatusNoContent, "PATCH", "/Groups/"+group, patchOf(object{"op": "Remove", "path": "members", "value": members[:49]}))
	got = l.want(http.StatusOK, "GET", "/Groups/"+group, nil)
	if members, _ := got["members"].([]any); len(members) != 1 {
		t.Errorf("%d members, want 1", len(members))
	}
}

// entra21: what a job repeats is never a failure, but for the conflict that the match after it resolves.
func entra21(t *testing.T, l *listing) {
	t.Helper()
	id := l.person("ada")
	group := l.group("Crew")
	l.want(http.StatusConflict, "POST", "/Users", user("ada@"+l.domain, "key-ada")) // the answer was lost
	if got := l.matches(t, "Users", `userName eq "ada@`+l.domain+`"`); got != 1 {
		t.Error("who is there already is not found after 409")
	}
	for range 2 {
		l.setActive(id, false)
		l.want(http.StatusNoContent, "PATCH", "/Groups/"+group, patchOf(object{"op": "Add", "path": "members", "value": []object{{"value": id}}}))
	}
	for range 2 {
		l.want(http.StatusNoContent, "PATCH", "/Groups/"+group, patchOf(object{"op": "Remove", "path": "members", "value": []object{{"value": id}}}))
	}
	l.want(http.StatusCreated, "POST", "/Users", user("ada2@"+l.domain, "key-2")) // much alike is no conflict
}
