package scim

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
)

func TestParseTags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		values []string
		want   tags
	}{
		{nil, tags{}},
		{[]string{`W/"3"`}, tags{given: true, versions: []int64{3}}},
		{[]string{`"3"`, `4`}, tags{given: true, versions: []int64{3, 4}}},
		{[]string{`W/"3", W/"5"`}, tags{given: true, versions: []int64{3, 5}}},
		{[]string{"*"}, tags{given: true, any: true}},
		{[]string{`W/"abc"`}, tags{given: true, versions: []int64{never}}},
		{[]string{`W/"0"`}, tags{given: true, versions: []int64{never}}},
		{[]string{""}, tags{given: true, versions: []int64{never}}},
	} {
		got := parseTags(tt.values)
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(tags{})); diff != "" {
			t.Errorf("parseTags(%q) mismatch (-want +got):\n%s", tt.values, diff)
		}
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
