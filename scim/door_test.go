package scim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/tenant"
)

// concrete fills the path of a route with ids that exist.
func concrete(path, user, group string) string {
	id := user
	if strings.HasPrefix(path, "/Groups") {
		id = group
	}
	return strings.NewReplacer("{id}", id, "{name}", "User", "{urn}", userURN).Replace(path)
}

// made sends a create and returns the id that it made.
func made(tb testing.TB, w *world, c customer, path, body string) string {
	tb.Helper()
	rec := w.as(tb, c, "POST", path, body)
	var r struct{ ID string }
	if err := json.Unmarshal(rec.Body.Bytes(), &r); err != nil || rec.Code != http.StatusCreated {
		tb.Fatalf("POST %s = %d %s", path, rec.Code, rec.Body)
	}
	return r.ID
}

// TestEveryRouteWithoutRight_P1_P2 walks every route with every verb: whoever has no right there
// gets one and the same 401, whatever is missing, and one and the same 404 with a token of another
// directory.
func TestEveryRouteWithoutRight_P1_P2(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			ours := w.customer(t, "ours", "ours.example", tenant.Generic, tenant.DirectorySettings{})
			theirs := w.customer(t, "theirs", "theirs.example", tenant.Generic, tenant.DirectorySettings{})
			user := made(t, w, ours, "/Users", userBody("mara@ours.example"))
			group := made(t, w, ours, "/Groups", `{"displayName":"Crew"}`)
			want := map[int]string{}
			for _, e := range append(w.door.endpoints(), endpoint{path: "/Persons"}) {
				for _, verb := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} {
					for _, right := range []struct {
						name, auth string
						status     int
					}{
						{"nothing", "", http.StatusUnauthorized},
						{"another tenant's token", "Bearer " + theirs.token, http.StatusNotFound},
						{"unknown token", "Bearer rc_scim_unknown", http.StatusUnauthorized},
						{"bare foreign token", theirs.token, http.StatusNotFound},
						{"basic", "Basic " + ours.token, http.StatusUnauthorized},
						{"empty", "Bearer ", http.StatusUnauthorized},
					} {
						rec := w.do(t, verb, ours.path+concrete(e.path, user, group), `{}`, "Authorization: "+right.auth, "Content-Type: application/json")
						body := rec.Body.String()
						if verb == "HEAD" && body == "" {
							body = want[right.status]
						}
						if want[right.status] == "" {
							want[right.status] = rec.Body.String()
							checkErrorBody(t, rec.Code, rec.Header(), rec.Body.Bytes())
						}
						challenged := rec.Header().Get("WWW-Authenticate") != ""
						if rec.Code != right.status || body != want[right.status] || challenged != (right.status == http.StatusUnauthorized) {
							t.Errorf("%s %s with %s = %d %s, want the same %d as ever", verb, e.path, right.name, rec.Code, rec.Body, right.status)
						}
					}
				}
			}
			if rec := w.as(t, ours, "GET", "/Users/"+user, ""); rec.Code != http.StatusOK {
				t.Errorf("GET own user after all that = %d, want 200", rec.Code)
			}
		})
	}
}

// TestForeignIDs_P1 asks for ids of another tenant, and of another directory of the same tenant,
// below the own base URL: they are as unknown as any.
func TestForeignIDs_P1(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			ours := w.customer(t, "ours", "ours.example", tenant.Generic, tenant.DirectorySettings{})
			theirs := w.customer(t, "theirs", "theirs.example", tenant.Generic, tenant.DirectorySettings{})
			sister := w.sister(t, ours)
			for _, c := range []customer{theirs, sister} {
				user := made(t, w, c, "/Users", userBody("mara@"+c.token+".example"))
				group := made(t, w, c, "/Groups", `{"displayName":"Crew","members":[{"value":"`+user+`"}]}`)
				for _, e := range w.door.endpoints() {
					if !strings.HasSuffix(e.path, "/{id}") {
						continue
					}
					for _, verb := range slices.Sorted(maps.Keys(e.verbs)) {
						body := ""
						switch verb {
						case "PUT":
							body = `{"userName":"x","displayName":"x"}`
						case "PATCH":
							body = `{"Operations":[{"op":"replace","path":"displayName","value":"x"}]}`
						}
						const nobody = "0195a5c4-0000-7000-8000-000000000000"
						unknown := w.as(t, ours, verb, concrete(e.path, nobody, nobody), body).Body.String()
						rec := w.as(t, ours, verb, concrete(e.path, user, group), body)
						if rec.Code != http.StatusNotFound || rec.Body.String() != unknown {
							t.Errorf("%s %s of another = %d %s, want the 404 of unknown ids", verb, e.path, rec.Code, rec.Body)
						}
					}
				}
				if rec := w.as(t, c, "GET", "/Groups/"+group, ""); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), user) {
					t.Errorf("their group afterwards = %d %s, want it as it was", rec.Code, rec.Body)
				}
			}
		})
	}
}

// TestBaseURL_OK01 holds the base URL to what Okta takes, and takes what people make of it.
func TestBaseURL_OK01(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			c := w.customer(t, "ours", "", tenant.Okta, tenant.DirectorySettings{})
			base := w.door.BaseURL(c.directory.ID)
			if base != publicURL+c.path || strings.Contains(base, "_") || len(base) > 1024 {
				t.Errorf("BaseURL = %q, want %q, without underscores", base, publicURL+c.path)
			}
			for _, path := range []string{
				c.path + "/Users", c.path + "/Users/", Prefix + "/" + c.directory.ID.String() + "/Users",
				Prefix + "/" + strings.ToUpper(c.directory.ID.UUID.UUID()) + "/Users",
			} {
				if rec := w.do(t, "GET", path, "", "Authorization: Bearer "+c.token); rec.Code != http.StatusOK {
					t.Errorf("GET %s = %d, want 200", path, rec.Code)
				}
			}
		})
	}
}

// TestBodyLimits_P4: too much is refused before it is read.
func TestBodyLimits_P4(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			c := w.customer(t, "ours", "", tenant.Generic, tenant.DirectorySettings{})
			pad := func(n int) string {
				return `{"userName":"mara@ours.example","displayName":"Crew","x":"` + strings.Repeat("x", n) + `"}`
			}
			many := `{"Operations":[` + strings.Repeat(`{"op":"replace","path":"title","value":"x"},`, 2000) + `{"op":"remove","path":"title"}]}`
			user := made(t, w, c, "/Users", userBody("kofi@ours.example"))
			for _, tt := range []struct {
				method, path, body string
				status             int
			}{
				{"POST", "/Users", pad(maxUserBody), 413},
				{"PUT", "/Users/" + user, pad(maxUserBody), 413},
				{"PATCH", "/Users/" + user, pad(maxUserBody), 413},
				{"PATCH", "/Users/" + user, many, 413},
				{"POST", "/Users/.search", pad(maxSearchBody), 413},
				{"POST", "/Groups", pad(maxGroupBody), 413},
				{"POST", "/Groups", pad(maxUserBody), 201},
			} {
				rec := w.as(t, c, tt.method, tt.path, tt.body)
				if rec.Code != tt.status {
					t.Errorf("%s %s with %d bytes = %d %.200s, want %d", tt.method, tt.path, len(tt.body), rec.Code, rec.Body, tt.status)
				}
			}
		})
	}
}

// TestObservation: metrics get the route, not the path.
func TestObservation(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			c := w.customer(t, "ours", "", tenant.Okta, tenant.DirectorySettings{})
			w.as(t, c, "GET", "/Users/0195a5c4-0000-7000-8000-000000000000", "")
			w.as(t, c, "BREW", "/Coffee", "")
			w.do(t, "GET", c.path+"/Users", "")
			want := []Observation{
				{Directory: c.directory.ID, Provider: tenant.Okta, Route: "/Users/{id}", Method: "GET", Status: 404},
				{Directory: c.directory.ID, Provider: tenant.Okta, Route: "unknown", Method: "other", Status: 404},
				{Route: "/Users", Method: "GET", Status: 401},
			}
			if diff := cmp.Diff(want, w.observed); diff != "" {
				t.Errorf("observations mismatch (-want +got):\n%s", diff)
			}
			if len(w.reported) != len(want) {
				t.Errorf("reported %v, want an error for each", w.reported)
			}
		})
	}
}

// TestManyMembers_OK21: a PATCH of a thousand changes, and one member more in a large group.
func TestManyMembers_OK21(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			c := w.customer(t, "ours", "ours.example", tenant.Okta, tenant.DirectorySettings{})
			group := made(t, w, c, "/Groups", `{"displayName":"Crew"}`)
			var add, remove []string
			for i := range 200 {
				id := made(t, w, c, "/Users", userBody(fmt.Sprintf("hand%d@ours.example", i)))
				add = append(add, `{"value":"`+id+`"}`)
				if i%2 == 0 {
					remove = append(remove, `{"op":"remove","path":"members[value eq \"`+id+`\"]"}`)
				}
			}
			for _, tt := range []struct {
				body string
				want int
			}{
				{`{"Operations":[{"op":"add","path":"members","value":[` + strings.Join(add, ",") + `]}]}`, 200},
				{`{"Operations":[` + strings.Join(remove, ",") + `]}`, 100},
			} {
				if rec := w.as(t, c, "PATCH", "/Groups/"+group, tt.body); rec.Code != http.StatusNoContent {
					t.Fatalf("PATCH = %d %s, want 204", rec.Code, rec.Body)
				}
				var g struct{ Members []struct{ Value string } }
				rec := w.as(t, c, "GET", "/Groups/"+group, "")
				if err := json.Unmarshal(rec.Body.Bytes(), &g); err != nil || len(g.Members) != tt.want {
					t.Errorf("group has %d members (%v), want %d", len(g.Members), err, tt.want)
				}
			}
		})
	}
}
