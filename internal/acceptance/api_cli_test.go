package acceptance

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/api"
)

// TestAPISpeaksAsTheCommandLine compares what the two say of the same things.
func TestAPISpeaksAsTheCommandLine(t *testing.T) {
	t.Parallel()
	onEachInstalled(t, func(t *testing.T, in *installation) {
		in.env = append(in.env, "ROLLCALL_OPERATOR_KEY="+operatorKey)
		addr := freeAddress(t)
		c := in.connect("acme", "acme.example", addr)
		in.run("schema", "put", "--tenant", "acme", "--file", crewFile(t))
		in.run("entitlement", "put", "--tenant", "acme", "reports.read", "--display", "Read reports", "--type", "license")
		in.run("directory", "log", "on", "bodies", "--directory", c.id)
		member, _ := in.run("member", "add", "--tenant", "acme", "ada@acme.example", "--name", "Ada Berg")["id"].(string)
		one := in.serve(addr)
		in.env = append(in.env, "ROLLCALL_PUBLIC_URL=http://"+addr)
		in.push(c)
		one.stop(t) // which writes what waits for the log
		in.serve(addr)
		ask := func(path string) map[string]any {
			t.Helper()
			req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, "http://"+addr+api.Prefix+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+operatorKey)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			var out map[string]any
			if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode != http.StatusOK {
				t.Fatalf("GET %s = %d %v, %v", path, res.StatusCode, out, err)
			}
			return out
		}
		same := func(what string, cli, api any) {
			t.Helper()
			if diff := cmp.Diff(cli, api); diff != "" {
				t.Errorf("%s mismatch (-command +API):\n%s", what, diff)
			}
		}
		items := func(path string) []map[string]any {
			t.Helper()
			out := []map[string]any{}
			list, _ := ask(path)["items"].([]any)
			for _, v := range list {
				o, _ := v.(map[string]any)
				out = append(out, o)
			}
			return out
		}
		same("tenant show", in.run("tenant", "show", "acme"), ask("/tenants/acme"))
		same("tenant list", in.list("tenant", "list"), items("/tenants"))
		same("domain list", in.list("domain", "list", "--tenant", "acme"), items("/tenants/acme/domains"))
		same("directory show", in.run("directory", "show", c.id), ask("/tenants/acme/directories/"+c.id))
		same("directory list", in.list("directory", "list", "--tenant", "acme"), items("/tenants/acme/directories"))
		same("directory token list", in.list("directory", "token", "list", "--directory", c.id), items("/tenants/acme/directories/"+c.id+"/credentials?kind=token"))
		same("member list", in.list("member", "list", "--tenant", "acme"), items("/tenants/acme/members"))
		same("member show", in.run("member", "show", "--tenant", "acme", member), ask("/tenants/acme/members/"+member))
		same("member explain", in.run("member", "explain", "--tenant", "acme", member), ask("/tenants/acme/members/"+member+"/explain"))
		same("session list", in.list("session", "list", "--tenant", "acme"), items("/tenants/acme/sessions"))
		same("directory health", in.list("directory", "health", "--tenant", "acme"), items("/tenants/acme/health"))
		same("directory log", in.list("directory", "log", "--directory", c.id), items("/tenants/acme/directories/"+c.id+"/log"))
		pushed := in.list("member", "list", "--tenant", "acme")[1]["id"].(string)
		same("member show of a pushed one", in.run("member", "show", "--tenant", "acme", pushed), ask("/tenants/acme/members/"+pushed))
		entries := in.list("directory", "log", "--directory", c.id)
		if len(entries) != 2 || entries[0]["status"] != 409.0 || entries[0]["advice"] == nil || entries[1]["status"] != 201.0 || entries[1]["changes"] == nil {
			t.Errorf("the log is %v, want a refusal with its explanation before a success with its changes", entries)
		}
		for _, e := range entries {
			id, _ := e["id"].(string)
			same("directory log show", in.run("directory", "log", "show", id), ask("/tenants/acme/directories/"+c.id+"/log/"+id))
		}
		same("directory log --failed", in.list("directory", "log", "--directory", c.id, "--failed"), items("/tenants/acme/directories/"+c.id+"/log?failed=true"))
		same("schema list", in.list("schema", "list", "--tenant", "acme"), items("/tenants/acme/schemas"))
		same("schema show", in.run("schema", "show", "--tenant", "acme", crewURN), ask("/tenants/acme/schemas/"+crewURN))
		same("entitlement list", in.list("entitlement", "list", "--tenant", "acme"), items("/tenants/acme/entitlements"))
		same("audit list", in.list("audit", "list", "--tenant", "acme"), items("/tenants/acme/events"))
	})
}
