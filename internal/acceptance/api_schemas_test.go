package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const crewURN = "urn:acme:crew:1.0:User"

// crew is a schema as it is sent.
func crew() object {
	return object{"name": "Crew", "attributes": []object{
		{"name": "badge", "uniqueness": "server", "indexed": true, "claim": "badge"},
		{"name": "cabin", "type": "complex", "subAttributes": []object{{"name": "deck", "type": "integer", "required": true}}},
	}}
}

// crewFile is crew in a file.
func crewFile(t *testing.T) string {
	t.Helper()
	def := crew()
	def["id"] = crewURN
	text, err := json.Marshal(def)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "crew.json")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// push sends the same person twice to a served directory: one success and one refusal.
func (in *installation) push(c connected) {
	in.t.Helper()
	for _, want := range []int{http.StatusCreated, http.StatusConflict} {
		text, err := json.Marshal(user("bea@acme.example", "b1", object{
			"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User", crewURN}, crewURN: object{"badge": "B7"},
		}))
		if err != nil {
			in.t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(context.WithoutCancel(in.t.Context()), http.MethodPost, c.base+"/Users", bytes.NewReader(text))
		if err != nil {
			in.t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+c.token)
		req.Header.Set("Content-Type", "application/scim+json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			in.t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			in.t.Fatalf("POST /Users = %d, want %d", res.StatusCode, want)
		}
	}
}

// stop ends the server as an operator would, and waits until it has gone.
func (s *server) stop(t *testing.T) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Fatalf("the server ended with %v", err)
	}
}

func TestAPISchemas(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		const path = "/tenants/acme/schemas/" + crewURN
		g.must(http.StatusNotFound, "GET", path, nil)
		put := g.must(http.StatusOK, "PUT", path, crew())
		if diff := cmp.Diff(object{"badge": "ready"}, put.body["indexes"]); diff != "" || put.get("id") != crewURN || put.get("resource") != "User" {
			t.Errorf("the schema is %s, want the index of badge ready", put.text)
		}
		ada := d.create("ada@acme.example", "a1", object{crewURN: object{"badge": "B1"}})
		m := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada, nil)
		if diff := cmp.Diff(object{"badge": "B1"}, m.body["app_claims"]); diff != "" {
			t.Errorf("the application's claims mismatch (-want +got):\n%s", diff)
		}

		// What was read can be sent back, and what was changed meanwhile is not overwritten.
		g.must(http.StatusOK, "PUT", path, put.text, "If-Match", put.header.Get("ETag"))
		g.must(http.StatusPreconditionFailed, "PUT", path, put.text, "If-Match", put.header.Get("ETag"))
		g.must(http.StatusPreconditionFailed, "DELETE", path, nil, "If-Match", put.header.Get("ETag"))
		again := g.must(http.StatusOK, "GET", path, nil)
		if again.text != put.text || again.header.Get("ETag") == put.header.Get("ETag") {
			t.Errorf("sent back, the schema is %s, want %s in another version", again.text, put.text)
		}
		g.must(http.StatusOK, "GET", path, nil, "If-None-Match", again.header.Get("ETag")) // its indexes may have changed

		refused := func(status int, field, code string, change func(object)) {
			t.Helper()
			def := crew()
			change(def)
			if r := g.must(status, "PUT", path, def); r.get("field") != field || r.get("code") != code {
				t.Errorf("the refusal is %s, want the field %q and the code %q", r.text, field, code)
			}
		}
		badge := func(key string, value any) func(object) {
			return func(def object) { def["attributes"].([]object)[0][key] = value }
		}
		refused(422, "id", "", func(def object) { def["id"] = "urn:acme:other:1.0:User" })
		refused(422, "attributes[0].type", "", badge("type", "float"))
		refused(422, "attributes[0].mutabilty", "", badge("mutabilty", "readOnly"))
		refused(422, "attributes.badge.claim", "", badge("claim", "sub"))
		refused(409, "attributes.badge", "schema_has_values", badge("type", "integer"))

		const slashed = "urn:acme:a/b:User"
		g.must(http.StatusOK, "PUT", "/tenants/acme/schemas/urn:acme:a%2Fb:User", object{"name": "Slashed", "attributes": []object{{"name": "x"}}})
		if r := g.must(http.StatusOK, "DELETE", "/tenants/acme/schemas/"+slashed, nil); r.get("id") != slashed {
			t.Errorf("removed is %s, want %s", r.text, slashed)
		}
		g.must(http.StatusOK, "DELETE", path, nil)
		g.must(http.StatusNotFound, "DELETE", path, nil)
		if left := g.must(http.StatusOK, "GET", "/tenants/acme/schemas", nil).items(); len(left) != 0 {
			t.Errorf("schemas that are left are %v", left)
		}
	})
}

func TestAPIEntitlements(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.tenant("acme")
		const path = "/tenants/acme/entitlements"
		g.must(http.StatusOK, "PUT", path+"/reports.read", nil)
		g.must(http.StatusOK, "PUT", path+"/seat%20a%2Fb", object{"value": "seat a/b", "display": "A seat", "type": "license"})
		g.must(http.StatusOK, "PUT", path+"/reports.read", object{"display": "Read reports"})
		g.must(http.StatusUnprocessableEntity, "PUT", path+"/reports.read", object{"value": "reports.write"})
		want := []object{
			{"value": "reports.read", "display": "Read reports", "type": "entitlement"},
			{"value": "seat a/b", "display": "A seat", "type": "license"},
		}
		if diff := cmp.Diff(want, g.must(http.StatusOK, "GET", path, nil).items()); diff != "" {
			t.Errorf("entitlements mismatch (-want +got):\n%s", diff)
		}
		if gone := g.must(http.StatusOK, "DELETE", path+"/seat%20a%2Fb", nil); gone.get("display") != "A seat" {
			t.Errorf("removed is %s", gone.text)
		}
		g.must(http.StatusNotFound, "DELETE", path+"/seat%20a%2Fb", nil)
	})
}

func TestAPILogSettings(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.tenant("acme")
		path := "/tenants/acme/directories/" + g.directoryOf("acme")
		until := g.clock.Now().Add(48 * time.Hour).Truncate(time.Second).Format(time.RFC3339)
		shown := g.must(http.StatusOK, "PUT", path+"/log/bodies", object{"until": until})
		if shown.get("log_bodies_until") != until || shown.body["log_days"] != 30.0 || shown.body["log_entries"] != 100_000.0 {
			t.Errorf("the directory is %s, want values shown until %s", shown.text, until)
		}
		g.must(http.StatusPreconditionFailed, "DELETE", path+"/log/bodies", nil, "If-Match", `"1"`)
		if masked := g.must(http.StatusOK, "DELETE", path+"/log/bodies", nil, "If-Match", shown.header.Get("ETag")); masked.get("log_bodies_until") != "" {
			t.Errorf("the directory is %s, want values masked", masked.text)
		}
		if day := g.must(http.StatusOK, "PUT", path+"/log/bodies", nil); day.get("log_bodies_until") == "" {
			t.Errorf("the directory is %s, want values shown for a day", day.text)
		}
		if kept := g.must(http.StatusOK, "PUT", path+"/log/bounds", object{"days": 7}); kept.body["log_days"] != 7.0 || kept.body["log_entries"] != 100_000.0 {
			t.Errorf("the directory is %s, want 7 days and the usual entries", kept.text)
		}
		for where, bad := range map[string]object{
			"until": {"until": g.clock.Now().Add(8 * 24 * time.Hour)}, "days": {"days": 401}, "entries": {"entries": 7},
		} {
			to := map[bool]string{true: "/log/bodies", false: "/log/bounds"}[where == "until"]
			if r := g.must(http.StatusUnprocessableEntity, "PUT", path+to, bad); r.get("field") != where {
				t.Errorf("%v is refused by %s, want the field %s", bad, r.text, where)
			}
		}
	})
}

// TestAPIActionsIfMatch acts on what was seen in an older version.
func TestAPIActionsIfMatch(t *testing.T) {
	onEach(t, func(_ *testing.T, g *gateway) {
		g.tenant("acme")
		dir := "/tenants/acme/directories/" + g.directoryOf("acme")
		for _, tt := range []struct{ path, action, back string }{
			{dir, "/pause", "/resume"}, {"/tenants/acme", "/suspend", "/resume"},
		} {
			seen := g.must(http.StatusOK, "GET", tt.path, nil).header.Get("ETag")
			g.must(http.StatusOK, "POST", tt.path+tt.action, nil, "If-Match", seen)
			g.must(http.StatusPreconditionFailed, "POST", tt.path+tt.back, nil, "If-Match", seen)
			now := g.must(http.StatusOK, "GET", tt.path, nil).header.Get("ETag")
			g.must(http.StatusOK, "POST", tt.path+tt.back, nil, "If-Match", now)
		}
		gone := g.must(http.StatusOK, "DELETE", dir, nil).header.Get("ETag")
		g.must(http.StatusPreconditionFailed, "POST", dir+"/restore", nil, "If-Match", `"1"`)
		g.must(http.StatusOK, "POST", dir+"/restore", nil, "If-Match", gone)
	})
}
