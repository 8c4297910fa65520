package scim

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestParseTags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		values []string
		want   tags
	}{
		{nil, tags{}},
		{[]string{`W/"3"`}, tags{given: true, versions: []int64{3}, texts: []string{"3"}}},
		{[]string{`W/"3.k9"`}, tags{given: true, versions: []int64{3}, texts: []string{"3.k9"}}},
		{[]string{`"3"`, `4`}, tags{given: true, versions: []int64{3, 4}, texts: []string{"3", "4"}}},
		{[]string{`W/"3", W/"5"`}, tags{given: true, versions: []int64{3, 5}, texts: []string{"3", "5"}}},
		{[]string{"*"}, tags{given: true, any: true}},
		{[]string{`W/"abc"`}, tags{given: true, versions: []int64{never}, texts: []string{"abc"}}},
		{[]string{`W/"0"`}, tags{given: true, versions: []int64{never}, texts: []string{"0"}}},
		{[]string{""}, tags{given: true, versions: []int64{never}, texts: []string{""}}},
	} {
		got := parseTags(tt.values)
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(tags{})); diff != "" {
			t.Errorf("parseTags(%q) mismatch (-want +got):\n%s", tt.values, diff)
		}
	}
}

// TestUserTagCoversGroups: what a user's answer shows of groups is part of its tag for reads, and no
// condition of writes.
func TestUserTagCoversGroups(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			c := w.customer(t, "ours", "ours.example", tenant.Generic, tenant.DirectorySettings{})
			user := made(t, w, c, "/Users", userBody("mara@ours.example"))
			path := "/Users/" + user
			get := func(query, tag string) (int, string) {
				rec := w.as(t, c, "GET", path+query, "", "If-None-Match: "+tag)
				return rec.Code, rec.Header().Get("ETag")
			}
			_, bare := get("", `"none"`)
			group := made(t, w, c, "/Groups", `{"displayName":"Crew","members":[{"value":"`+user+`"}]}`)
			status, in := get("", bare)
			if status != http.StatusOK || in == bare {
				t.Errorf("after joining a group = %d %s, want 200 with another tag than %s", status, in, bare)
			}
			if status, _ := get("", in+`, W/"9"`); status != http.StatusNotModified {
				t.Errorf("unchanged = %d, want 304", status)
			}
			w.as(t, c, "PATCH", "/Groups/"+group, `{"Operations":[{"op":"replace","path":"displayName","value":"Deck"}]}`)
			if status, renamed := get("", in); status != http.StatusOK || renamed == in {
				t.Errorf("after the group was renamed = %d %s, want 200 with another tag than %s", status, renamed, in)
			}
			if status, _ := get("?excludedAttributes=groups", in); status != http.StatusNotModified {
				t.Errorf("without groups = %d, want 304", status)
			}
			rec := w.as(t, c, "PATCH", path, `{"Operations":[{"op":"add","path":"title","value":"Mate"}]}`, "If-Match: "+in)
			if rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), strings.ReplaceAll(rec.Header().Get("ETag"), `"`, `\"`)) {
				t.Errorf("write on the version of the tag = %d %s %s, want 200 with the tag as meta.version", rec.Code, rec.Header().Get("ETag"), rec.Body)
			}
			before := w.as(t, c, "GET", "/Groups/"+group, "").Header().Get("ETag")
			w.as(t, c, "DELETE", path, "")
			if rec := w.as(t, c, "GET", "/Groups/"+group, "", "If-None-Match: "+before); rec.Code != http.StatusOK {
				t.Errorf("the group after its member was deleted = %d, want 200", rec.Code)
			}
		})
	}
}

// TestPrecondition reads the headers of a write to a resource of version 3.
func TestPrecondition(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, match, none string
		want              roster.Precondition
		stale             bool
	}{
		{name: "none"},
		{name: "one tag is left to the transaction", match: `W/"3"`, want: roster.Precondition{Version: 3}},
		{name: "a tag that is not ours", match: `"x"`, want: roster.Precondition{Version: never}},
		{name: "any version", match: "*", want: roster.Precondition{Version: 3}},
		{name: "list with it", match: `W/"2", W/"3"`, want: roster.Precondition{Version: 3}},
		{name: "list without it", match: `W/"1", W/"2"`, stale: true},
		{name: "not this one", none: `W/"3"`, want: roster.Precondition{NotVersion: 3}},
		{name: "must not exist", none: "*", stale: true},
		{name: "not these", none: `W/"1", W/"2"`, want: roster.Precondition{Version: 3}},
		{name: "both", match: `W/"3"`, none: `W/"2"`, want: roster.Precondition{Version: 3, NotVersion: 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPut, "/", http.NoBody)
			for name, v := range map[string]string{"If-Match": tt.match, "If-None-Match": tt.none} {
				if v != "" {
					r.Header.Set(name, v)
				}
			}
			q := &request{Request: r}
			got, err := q.precondition(func(context.Context) (int64, error) { return 3, nil })
			if errors.Is(err, roster.Stale) != tt.stale || err != nil && !tt.stale {
				t.Fatalf("precondition = %v, want stale %v", err, tt.stale)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("precondition mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
