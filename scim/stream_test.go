package scim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// streamed is a world whose answers are read in small pieces, with n users, all in one group.
func streamed(t *testing.T, url string, n int) (*world, customer, string) {
	t.Helper()
	w := newWorld(t, url)
	w.door.reads = batches{first: 3, more: 4, members: 5}
	c := w.customer(t, "ours", "ours.example", tenant.Generic, tenant.DirectorySettings{})
	var members []string
	for i := range n {
		id := made(t, w, c, "/Users", fmt.Sprintf(`{"userName":"hand%02d@ours.example","title":%q}`, i, strings.Repeat("x", i)))
		members = append(members, `{"value":"`+id+`"}`)
	}
	group := made(t, w, c, "/Groups", `{"displayName":"Crew","members":[`+strings.Join(members, ",")+`]}`)
	made(t, w, c, "/Groups", `{"displayName":"Nobody"}`)
	return w, c, group
}

// TestLongAnswers reads what is put together from several reads.
func TestLongAnswers(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			const n = 17
			w, c, group := streamed(t, db.url(t), n)
			for _, tt := range []struct {
				query                string
				total, items, cursor int
			}{
				{"?count=1000", n, n, 0},
				{"?count=10", n, 10, 0},
				{"?count=10&startIndex=15", n, 3, 0},
				{"?cursor&count=10", n, 10, 1},
				{"?cursor&count=17", n, n, 0},
				{"?cursor&count=9&sortBy=userName&sortOrder=descending", n, 9, 1},
				{"?count=10&sortBy=title", n, 10, 0},
			} {
				var list struct {
					TotalResults, ItemsPerPage int
					NextCursor                 string
					Resources                  []struct{ ID string }
				}
				rec := w.as(t, c, "GET", "/Users"+tt.query, "")
				if err := json.Unmarshal(rec.Body.Bytes(), &list); err != nil {
					t.Fatalf("GET /Users%s: %v", tt.query, err)
				}
				seen := map[string]bool{}
				for _, r := range list.Resources {
					seen[r.ID] = true
				}
				if list.TotalResults != tt.total || list.ItemsPerPage != tt.items || len(seen) != tt.items || len(list.Resources) != tt.items || (list.NextCursor != "") != (tt.cursor == 1) {
					t.Errorf("GET /Users%s = %d of %d, says %d, cursor %q", tt.query, len(seen), list.TotalResults, list.ItemsPerPage, list.NextCursor)
				}
			}
			type shown struct{ Members []struct{ Value string } }
			var one shown
			if err := json.Unmarshal(w.as(t, c, "GET", "/Groups/"+group, "").Body.Bytes(), &one); err != nil || len(one.Members) != n {
				t.Errorf("group has %d members (%v), want %d", len(one.Members), err, n)
			}
			var all struct{ Resources []shown }
			if err := json.Unmarshal(w.as(t, c, "GET", "/Groups", "").Body.Bytes(), &all); err != nil || len(all.Resources[0].Members) != n || len(all.Resources[1].Members) != 0 {
				t.Errorf("list of groups = %+v (%v), want %d members and none", all, err, n)
			}
		})
	}
}

// TestAnswerThatFailsHalfwayIsNotWhole: the connection breaks, so that nobody takes the part for
// the group.
func TestAnswerThatFailsHalfwayIsNotWhole(t *testing.T) {
	t.Parallel()
	w, c, group := streamed(t, sqliteURL(t), 11)
	w.door.Store = failing{w.db}
	server := httptest.NewServer(w.router)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+c.path+"/Groups/"+group, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	res, err := server.Client().Do(r)
	if err == nil {
		defer func() { _ = res.Body.Close() }()
		var got []byte
		if got, err = io.ReadAll(res.Body); err == nil && res.StatusCode == http.StatusOK {
			t.Errorf("the client read %s as if it were whole", got)
		}
	}
	if len(w.reported) != 1 {
		t.Errorf("reported %v, want the one failure", w.reported)
	}
}

// failing is a store whose second page of members can't be read.
type failing struct{ roster.Store }

func (f failing) Reader(id tenant.ID) roster.Reader { return failingReader{f.Store.Reader(id)} }

type failingReader struct{ roster.Reader }

func (f failingReader) GroupMembers(ctx context.Context, id roster.GroupID, after roster.MemberID, limit int) ([]roster.GroupMember, error) {
	if after != (roster.MemberID{}) {
		return nil, io.ErrUnexpectedEOF
	}
	members, err := f.Reader.GroupMembers(ctx, id, after, limit)
	for i := range members { // more than is kept before it is written
		members[i].Label = strings.Repeat("x", streamBytes)
	}
	return members, err
}
