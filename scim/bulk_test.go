package scim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// bulkOf is a BulkRequest of operations.
func bulkOf(ops ...string) string {
	return `{"schemas":["` + bulkRequestURN + `"],"Operations":[` + strings.Join(ops, ",") + `]}`
}

// bulkCreate is an operation that creates a user.
func bulkCreate(id, name, more string) string {
	return fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":%q,"data":{"userName":%q%s}}`, id, name, more)
}

// statuses sends a bulk request and returns the statuses of its operations.
func statuses(tb testing.TB, rec *httptest.ResponseRecorder) []string {
	tb.Helper()
	var got struct {
		Schemas    []string
		Operations []struct{ Status string }
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != http.StatusOK || !slices.Equal(got.Schemas, []string{bulkResponseURN}) {
		tb.Fatalf("POST /Bulk = %d %.300s", rec.Code, rec.Body)
	}
	var list []string
	for _, op := range got.Operations {
		list = append(list, op.Status)
	}
	return list
}

// TestBulkLimits_P4: too much is refused before anything is done, with the limit that
// ServiceProviderConfig shows.
func TestBulkLimits_P4(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			c := w.customer(t, "ours", "", tenant.Generic, tenant.DirectorySettings{})
			var config struct {
				Bulk struct {
					Supported                     bool
					MaxOperations, MaxPayloadSize int
				}
			}
			if err := json.Unmarshal(w.as(t, c, "GET", "/ServiceProviderConfig", "").Body.Bytes(), &config); err != nil || !config.Bulk.Supported {
				t.Fatalf("config = %+v, %v", config, err)
			}
			gone := slices.Repeat([]string{`{"method":"DELETE","path":"/Users/0195a5c4-0000-7000-8000-000000000000"}`}, config.Bulk.MaxOperations+1)
			first := bulkCreate("a", "mara@ours.example", "")
			for _, tt := range []struct {
				name, body, detail string
				status             int
			}{
				{"too many operations", bulkOf(slices.Concat([]string{first}, gone[1:], gone[:1])...), "maxOperations (1000)", 413},
				{"100,000 operations", bulkOf(slices.Repeat([]string{"{}"}, 100_000)...), "maxOperations (1000)", 413},
				{"too large", bulkOf(first, bulkCreate("b", "b", `,"title":"`+strings.Repeat("x", config.Bulk.MaxPayloadSize)+`"`)), "maxPayloadSize (5242880)", 413},
				{"deep", bulkOf(strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)), "", 400},
				{"as many as are allowed", bulkOf(gone[1:]...), "", 200},
			} {
				rec := w.as(t, c, "POST", "/Bulk", tt.body)
				if rec.Code != tt.status || !strings.Contains(rec.Body.String(), tt.detail) {
					t.Errorf("%s = %d %.300s, want %d with %q", tt.name, rec.Code, rec.Body, tt.status, tt.detail)
				}
			}
			if rec := w.as(t, c, "GET", "/Users", ""); !strings.Contains(rec.Body.String(), `"totalResults":0`) {
				t.Errorf("users afterwards = %s, want none", rec.Body)
			}
		})
	}
}

// TestBulkChain resolves references as far forward as there can be.
func TestBulkChain(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			c := w.customer(t, "ours", "ours.example", tenant.Generic, tenant.DirectorySettings{})
			const n = 100
			ops, want := make([]string, n), slices.Repeat([]string{"201"}, n)
			for i := range ops { // the last of all manages the first
				ops[i] = bulkCreate(fmt.Sprint(i), fmt.Sprintf("hand%d@ours.example", i), fmt.Sprintf(`,"manager":{"value":"bulkId:%d"}`, (i+1)%n))
			}
			if diff := cmp.Diff(want, statuses(t, w.as(t, c, "POST", "/Bulk", bulkOf(ops...)))); diff != "" {
				t.Errorf("statuses mismatch (-want +got):\n%s", diff)
			}
			rec := w.as(t, c, "GET", "/Users?count=0&filter=manager+pr", "")
			if !strings.Contains(rec.Body.String(), fmt.Sprintf(`"totalResults":%d,`, n)) {
				t.Errorf("with a manager = %s, want all %d", rec.Body, n)
			}
		})
	}
}

// TestBulkEndsWithItsTime: what is not done when the time is over says so, and what was done stays.
func TestBulkEndsWithItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sqliteURL(t))
	c := w.customer(t, "ours", "ours.example", tenant.Generic, tenant.DirectorySettings{})
	late := &lateContext{Context: t.Context()}
	w.door.Roster = hook{w.roster, func() { late.over.Store(true) }}
	r := httptest.NewRequestWithContext(late, "POST", c.path+"/Bulk", strings.NewReader(bulkOf(
		bulkCreate("a", "mara@ours.example", ""), bulkCreate("b", "kofi@ours.example", ""), bulkCreate("c", "lena@ours.example", ""))))
	r.Header.Set("Authorization", "Bearer "+c.token)
	if diff := cmp.Diff([]string{"201", "503", "503"}, statuses(t, w.send(r))); diff != "" {
		t.Errorf("statuses mismatch (-want +got):\n%s", diff)
	}
}

// hook runs f behind each create.
type hook struct {
	Roster
	f func()
}

func (h hook) Provision(ctx context.Context, by roster.By, c roster.Change) (roster.Member, error) {
	m, err := h.Roster.Provision(ctx, by, c)
	h.f()
	return m, err
}

// countingGate counts requests, and lets one wait that stands for two more.
type countingGate struct {
	openGate
	counted *int
}

func (g countingGate) Allow(_ context.Context, _ *roster.Grant, n int) time.Duration {
	*g.counted += n
	return time.Duration(n/2) * time.Second
}

// TestBulkCountsItsOperations: the limit of a directory's requests holds for operations.
func TestBulkCountsItsOperations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sqliteURL(t))
	c := w.customer(t, "ours", "ours.example", tenant.Generic, tenant.DirectorySettings{})
	var counted int
	w.door.Gate = countingGate{counted: &counted}
	one, two, three := bulkCreate("a", "a@ours.example", ""), bulkCreate("b", "b@ours.example", ""), bulkCreate("c", "c@ours.example", "")
	if rec := w.as(t, c, "POST", "/Bulk", bulkOf(one, two, three)); rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") != "1" {
		t.Errorf("three operations = %d, want 429", rec.Code)
	}
	if diff := cmp.Diff([]string{"201", "201"}, statuses(t, w.as(t, c, "POST", "/Bulk", bulkOf(one, two)))); diff != "" || counted != 5 {
		t.Errorf("counted %d; statuses mismatch (-want +got):\n%s", counted, diff)
	}
}

func TestReplaceReference(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ doc, want string }{
		{`{"members":[{"value":"bulkId:a"},{"value":"x"}]}`, `{"members":[{"value":"<a>"},{"value":"x"}]}`},
		{`{"members":["bulkId:a"]}`, `{"members":["<a>"]}`},
		{`{"urn:x:User:manager":"bulkId:a"}`, `{"urn:x:User:manager":"<a>"}`},
		{`{"$ref":"https://h/Users/bulkId:a"}`, `{"$ref":"https://h/Users/<a>"}`},
		{`{"$ref":"xbulkId:a"}`, `{"$ref":"xbulkId:a"}`},
		{`{"path":"members[value eq \"bulkId:a\"]"}`, `{"path":"members[value eq \"<a>\"]"}`},
		{`{"path":"members[value eq \"bulkId:a]"}`, `{"path":"members[value eq \"bulkId:a]"}`},
		{`{"displayName":"bulkId:a","value":"a bulkId:b"}`, `{"displayName":"bulkId:a","value":"a bulkId:b"}`},
	} {
		v, err := parseValue([]byte(tt.doc))
		if err != nil {
			t.Fatal(err)
		}
		if err := eachReference(&v, "", func(name string) (string, error) { return "<" + name + ">", nil }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(v.append(nil))); diff != "" {
			t.Errorf("eachReference(%s) mismatch (-want +got):\n%s", tt.doc, diff)
		}
	}
}

// FuzzBulk: no panic, and never more operations than are allowed; an operation that is not refused has
// all that its handler needs.
func FuzzBulk(f *testing.F) {
	f.Add(bulkOf(bulkCreate("a", "x", `,"manager":"bulkId:a"`)))
	f.Add(bulkOf(`{"method":"PATCH","path":"/Groups/bulkId:g","version":"W/\"1\"","data":[{"op":"add"}]}`, `{"method":"DELETE","path":"Users/1/"}`))
	f.Add(`{"failOnErrors":1,"operations":[{"Method":"post","path":"/Users//","data":null}]}`)
	f.Add(`{"Operations":[{"method":"PUT","method":"POST"}],"operations":[]}`)
	f.Fuzz(func(t *testing.T, body string) {
		lim := Limits{}.withDefaults()
		most, ops, err := parseBulk([]byte(body), quirks{}, lim)
		if err != nil {
			if s := faultOf(err).status; s != http.StatusBadRequest && s != http.StatusRequestEntityTooLarge {
				t.Errorf("parseBulk(%q) = %v, status %d", body, err, s)
			}
			return
		}
		if len(ops) == 0 || len(ops) > lim.BulkOperations || most < 0 {
			t.Errorf("parseBulk(%q) = %d operations, %d errors", body, len(ops), most)
		}
		b := newBulkRun(&Door{}, nil, ops, most)
		for i := range ops {
			op := &ops[i]
			if op.wrong != nil {
				continue
			}
			if op.resource == "" || (op.id == "") != (op.method == http.MethodPost) || op.data == nil && op.method != http.MethodDelete {
				t.Errorf("parseBulk(%q): operation %d is %+v", body, i, op)
			}
			names, data, err := b.references(op)
			if err == nil && len(names) > 0 && op.data != nil {
				b.results[i].state = bulkRunning
				b.cut(&data)
				_ = b.resolve(&data)
			}
		}
	})
}
