package scim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rollcall/internal/tenant"
)

// TestRoutes_P1 holds the table that TestEveryRouteWithoutRight_P1_P2 and TestForeignIDs_P1 walk to the
// endpoints of RFC 7644 §3.2 and those of our own. Routes are made of nothing else.
func TestRoutes_P1(t *testing.T) {
	t.Parallel()
	want := []string{
		"", "/.search", "/Bulk", "/Entitlements", "/Entitlements/{id}", "/Groups", "/Groups/.search", "/Groups/{id}", "/Me",
		"/ResourceTypes", "/ResourceTypes/{name}", "/Roles", "/Roles/{id}", "/Schemas", "/Schemas/{urn}", "/ServiceProviderConfig",
		"/Users", "/Users/.search", "/Users/{id}",
	}
	got := []string{}
	for _, e := range (&Door{}).endpoints() {
		got = append(got, e.path)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("endpoints = %q, want %q; a new one must be walked by the tests of P1", got, want)
	}
}

// TestForeignIDsInside_P1: ids of another tenant, and of another directory, find and change nothing wherever
// else they can stand: in filters, searches, bulk operations, references and cursors.
func TestForeignIDsInside_P1(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			ours := w.customer(t, "ours", "ours.example", tenant.Generic, tenant.DirectorySettings{})
			theirs := w.customer(t, "theirs", "theirs.example", tenant.Generic, tenant.DirectorySettings{})
			own := made(t, w, ours, "/Users", userBody("ada@ours.example"))
			for _, c := range []customer{theirs, w.sister(t, ours)} {
				user := made(t, w, c, "/Users", userBody("mara@"+c.token+".example"))
				group := made(t, w, c, "/Groups", `{"displayName":"Crew","members":[{"value":"`+user+`"}]}`)
				before := w.as(t, c, "GET", "/Users/"+user, "").Body.String() + w.as(t, c, "GET", "/Groups/"+group, "").Body.String()
				foreign := foreign{t: t, w: w, ours: ours, user: user, group: group}
				foreign.searches(c)
				foreign.bulk()
				foreign.references(own)
				after := w.as(t, c, "GET", "/Users/"+user, "").Body.String() + w.as(t, c, "GET", "/Groups/"+group, "").Body.String()
				if after != before {
					t.Errorf("theirs changed:\n%s\nwant\n%s", after, before)
				}
			}
		})
	}
}

// foreign tries the ids of somebody else at our door.
type foreign struct {
	t           *testing.T
	w           *world
	ours        customer
	user, group string // theirs
}

func (f foreign) finds(verb, path, body string) {
	f.t.Helper()
	rec := f.w.as(f.t, f.ours, verb, path, body)
	if rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `"totalResults":0`) {
		f.t.Errorf("%s %s %s = %d %s, want an empty list", verb, path, body, rec.Code, rec.Body)
	}
}

func (f foreign) searches(theirs customer) {
	f.t.Helper()
	login := "mara@" + theirs.token + ".example"
	for path, filters := range map[string][]string{
		"/Users":  {`id eq "` + f.user + `"`, `userName eq "` + login + `"`, `groups.value eq "` + f.group + `"`, `manager.value eq "` + f.user + `"`},
		"/Groups": {`id eq "` + f.group + `"`, `displayName eq "Crew"`, `members.value eq "` + f.user + `"`},
		"":        {`id eq "` + f.user + `"`, `id eq "` + f.group + `"`},
	} {
		for _, filter := range filters {
			f.finds("GET", path+"?filter="+url.QueryEscape(filter), "")
			f.finds("POST", path+"/.search", fmt.Sprintf(`{"schemas":[%q],"filter":%q}`, searchURN, filter))
		}
	}
}

// bulk must be told of each operation that there is nothing.
func (f foreign) bulk() {
	f.t.Helper()
	var ops []string
	for _, path := range []string{"/Users/" + f.user, "/Groups/" + f.group} {
		ops = append(ops,
			`{"method":"PUT","path":"`+path+`","data":{"userName":"x","displayName":"x"}}`,
			`{"method":"PATCH","path":"`+path+`","data":{"Operations":[{"op":"replace","path":"displayName","value":"x"}]}}`,
			`{"method":"DELETE","path":"`+path+`"}`)
	}
	rec := f.w.as(f.t, f.ours, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+strings.Join(ops, ",")+`]}`)
	if n := strings.Count(rec.Body.String(), `"status":"404"`); rec.Code != http.StatusOK || n < len(ops) {
		f.t.Errorf("bulk over theirs = %d %s, want %d times 404", rec.Code, rec.Body, len(ops))
	}
}

// references to somebody else's people must not bring them in, nor tell of them.
func (f foreign) references(own string) {
	f.t.Helper()
	for path, body := range map[string]string{
		"/Groups":       `{"displayName":"Thieves","members":[{"value":"` + f.user + `"}]}`,
		"/Users/" + own: `{"Operations":[{"op":"add","path":"` + enterpriseURN + `:manager","value":"` + f.user + `"}]}`,
	} {
		verb := map[bool]string{true: "POST", false: "PATCH"}[path == "/Groups"]
		rec := f.w.as(f.t, f.ours, verb, path, body)
		if strings.Contains(rec.Body.String(), "Mara") || strings.Contains(rec.Body.String(), "mara@") {
			f.t.Errorf("%s %s with their id = %d %s, which tells of them", verb, path, rec.Code, rec.Body)
		}
	}
	f.finds("GET", "/Groups?filter="+url.QueryEscape(`members.value eq "`+f.user+`"`), "")
}
