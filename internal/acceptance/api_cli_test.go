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
		member, _ := in.run("member", "add", "--tenant", "acme", "ada@acme.example", "--name", "Ada Berg")["id"].(string)
		in.serve(addr)
		in.env = append(in.env, "ROLLCALL_PUBLIC_URL=http://"+addr)
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
		same("directory token list", in.list("directory", "token", "list", "--directory", c.id), items("/tenants/acme/directories/"+c.id+"/credentials?kind=token"))
		same("member list", in.list("member", "list", "--tenant", "acme"), items("/tenants/acme/members"))
		same("member show", in.run("member", "show", "--tenant", "acme", member), ask("/tenants/acme/members/"+member))
		same("member explain", in.run("member", "explain", "--tenant", "acme", member), ask("/tenants/acme/members/"+member+"/explain"))
		same("directory health", in.list("directory", "health", "--tenant", "acme"), items("/tenants/acme/health"))
		same("directory log", in.list("directory", "log", "--directory", c.id), items("/tenants/acme/directories/"+c.id+"/log"))
		same("audit list", in.list("audit", "list", "--tenant", "acme"), items("/tenants/acme/events"))
	})
}
