package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"

	"rollcall/internal/api"
	"rollcall/internal/connect"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/invites"
)

var update = flag.Bool("update", false, "rewrite testdata/openapi.json")

// nothing is a store and all else that a door needs and the document does not.
type nothing struct {
	roster.Store
	roster.Locator
}

func (nothing) Add(context.Context, string, []byte, time.Duration) ([]byte, error) { return nil, nil }
func (nothing) Put(context.Context, string, []byte, time.Duration) error           { return nil }
func (nothing) Drop(context.Context, string) error                                 { return nil }

// document is what the door says of itself to somebody without a key.
func document(t *testing.T) []byte {
	t.Helper()
	d, err := api.New(api.Config{
		Roster: &roster.Roster{}, Store: nothing{}, Locator: nothing{}, Who: api.OperatorKey{}, Kept: nothing{}, Key: secret.NewKey(),
		Now:       func() time.Time { return time.Time{} },
		Endpoints: func(tenant.DirectoryID) api.Endpoints { return api.Endpoints{} }, Connections: &connect.Service{}, Inviter: invites.Sender{},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := mux.NewRouter()
	d.Routes(r)
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/openapi.json", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("GET openapi.json = %d %s", w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func TestDocumentIsThatOfTheLastRelease(t *testing.T) {
	t.Parallel()
	file := filepath.Join("testdata", "openapi.json")
	got := document(t)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("the document has changed; if that is meant, run scripts/golden (-want +got):\n%s", diff)
	}
}

type parameter struct{ Name, In, Description string }

type operation struct {
	OperationID          string `json:"operationId"`
	Summary, Description string
	Tags                 []string
	Parameters           []parameter
	Responses            map[string]struct {
		Ref         string `json:"$ref"`
		Description string
	}
	Security []map[string][]string
	Scope    string `json:"x-scope"`
}

func TestDocumentSaysWhatClientsNeed(t *testing.T) {
	t.Parallel()
	var doc struct {
		OpenAPI    string
		Paths      map[string]map[string]operation
		Components struct {
			Schemas map[string]struct {
				Type       string
				Properties map[string]json.RawMessage
			}
			Responses map[string]struct{ Description string }
		}
	}
	if err := json.Unmarshal(document(t), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("the document is of OpenAPI %s, want 3.1.0", doc.OpenAPI)
	}
	ids := map[string]string{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			where := strings.ToUpper(method) + " " + path
			if other := ids[op.OperationID]; other != "" || op.OperationID == "" {
				t.Errorf("%s has the operation id %q, as has %q", where, op.OperationID, other)
			}
			ids[op.OperationID] = where
			lint(t, where, method, path, op)
			for status, r := range op.Responses {
				name := strings.TrimPrefix(r.Ref, "#/components/responses/")
				if r.Description == "" && doc.Components.Responses[name].Description == "" {
					t.Errorf("%s does not describe its answer %s", where, status)
				}
			}
		}
	}
	for name, s := range doc.Components.Schemas {
		if s.Type != "object" {
			t.Errorf("schema %s is of type %q, want an object", name, s.Type)
		}
		if strings.Contains(name, "View") || strings.Contains(name, "InBody") {
			t.Errorf("schema %s has a name of ours", name)
		}
	}
}

func lint(t *testing.T, where, method, path string, op operation) {
	t.Helper()
	if op.Summary == "" || strings.HasSuffix(op.Summary, ".") {
		t.Errorf("%s has the summary %q, want some words without a full stop", where, op.Summary)
	}
	if !strings.HasSuffix(op.Description, ".") {
		t.Errorf("%s has the description %q, want a sentence", where, op.Description)
	}
	if len(op.Tags) != 1 || len(op.Security) != 1 || op.Scope == "" {
		t.Errorf("%s has the tags %v, security %v, scope %q; want one of each", where, op.Tags, op.Security, op.Scope)
	}
	if reading := strings.HasSuffix(op.Scope, ":read"); reading != (method == "get") && !strings.Contains(path, "preview") {
		t.Errorf("%s has the scope %s", where, op.Scope)
	}
	want := []string{"401", "403", "422", "429", "500", "503"}
	if strings.Contains(path, "{") {
		want = append(want, "404")
	}
	named := map[string]bool{}
	for _, p := range op.Parameters {
		named[p.Name] = true
		if p.Description == "" {
			t.Errorf("%s does not describe the parameter %s", where, p.Name)
		}
	}
	if named["Idempotency-Key"] != (method == "post") {
		t.Errorf("%s takes an Idempotency-Key: %v", where, named["Idempotency-Key"])
	}
	if named["If-Match"] {
		want = append(want, "412")
	}
	if method != "get" {
		want = append(want, "409")
	}
	for _, status := range want {
		if _, ok := op.Responses[status]; !ok {
			t.Errorf("%s does not tell of answer %s", where, status)
		}
	}
	for part := range strings.SplitSeq(path, "/") {
		if name := strings.Trim(part, "{}"); name != part && !named[name] {
			t.Errorf("%s does not tell of the parameter %s", where, name)
		}
	}
}

func TestDocumentHoldsNoNull(t *testing.T) {
	t.Parallel()
	if bytes.Contains(document(t), []byte(`"null"`)) {
		t.Error("a field of the document may be null; ours are absent instead")
	}
}
