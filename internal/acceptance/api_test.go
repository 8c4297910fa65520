package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/internal/api"
	"rollcall/internal/connect"
	letters "rollcall/internal/mail"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/invites"
	"rollcall/scim"
	"rollcall/storage/shortlived"
)

const operatorKey = "the operator's key of these tests"

// memory keeps the API's answers.
type memory struct{ *shortlived.Memory }

func keptAs(name string) shortlived.Key { return shortlived.Key{Use: "api", Name: name} }

func (m memory) Add(ctx context.Context, name string, value []byte, ttl time.Duration) ([]byte, error) {
	return m.Memory.Add(ctx, keptAs(name), value, ttl)
}

func (m memory) Put(ctx context.Context, name string, value []byte, ttl time.Duration) error {
	return m.Memory.Put(ctx, keptAs(name), value, ttl)
}

func (m memory) Drop(ctx context.Context, name string) error {
	if _, err := m.Take(ctx, keptAs(name)); !errors.Is(err, roster.NotFound) {
		return err
	}
	return nil
}

// programs makes the door for programs.
func (g *gateway) programs(db interface {
	roster.Store
	roster.Locator
},
) *api.Door {
	g.t.Helper()
	g.connect = &connect.Service{
		Roster: g.roster, Key: secret.NewKey(), Fetch: g.fetch, PublicURL: "https://gateway.example", Now: g.clock.Now,
	}
	door, err := api.New(api.Config{
		Connections: g.connect, Inviter: invites.Sender{Roster: g.roster, Post: letters.Post{Key: g.connect.Key}, Public: "https://gateway.example"},
		Roster: g.roster, Store: db, Locator: db, Who: api.Keys{Operator: api.NewOperatorKey(operatorKey), Roster: g.roster, Now: g.clock.Now},
		Browsers: g.sessions(), PhoneRegion: "DE", Kept: memory{shortlived.NewMemory(g.clock.Now, 0)},
		Key: secret.NewKey(), Now: g.clock.Now, Endpoints: func(id tenant.DirectoryID) api.Endpoints {
			const at = "https://gateway.example"
			return api.Endpoints{BaseURL: at + scim.Prefix + "/" + id.UUID.UUID(), TokenURL: at + scim.TokenPath(id), ClientID: scim.ClientID(id)}
		},
	})
	if err != nil {
		g.t.Fatalf("make the API's door: %v", err)
	}
	return door
}

// reply is what the API answered.
type reply struct {
	status int
	header http.Header
	text   string
	body   object
}

// items are those of a list.
func (r reply) items() []object {
	var out []object
	list, _ := r.body["items"].([]any)
	for _, v := range list {
		o, _ := v.(object)
		out = append(out, o)
	}
	return out
}

func (r reply) get(field string) string {
	s, _ := r.body[field].(string)
	return s
}

// call sends one request to the API as the operator; header holds pairs of names and values, and
// replaces what is set otherwise; an empty value takes it away. body is JSON as it stands, or what becomes JSON.
func (g *gateway) call(method, path string, body any, header ...string) reply {
	g.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			g.t.Fatal(err)
		}
		in = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(g.t.Context()), method, g.server.URL+api.Prefix+path, in)
	if err != nil {
		g.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+operatorKey)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			req.Header.Del(header[i])
			continue
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := g.server.Client().Do(req)
	if err != nil {
		g.t.Errorf("%s %s: %v", method, path, err)
		return reply{}
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		g.t.Errorf("%s %s: %v", method, path, err)
	}
	out := reply{status: res.StatusCode, header: res.Header, text: string(b)}
	if len(b) > 0 {
		if err := json.Unmarshal(b, &out.body); err != nil {
			g.t.Errorf("%s %s: answer is no JSON object: %s", method, path, b)
		}
	}
	return out
}

// must sends a request that has to be answered with a status.
func (g *gateway) must(status int, method, path string, body any, header ...string) reply {
	g.t.Helper()
	r := g.call(method, path, body, header...)
	if r.status != status {
		g.t.Fatalf("%s %s = %d %s, want %d", method, path, r.status, r.text, status)
	}
	return r
}

func TestAPITellsWhatIsWrong(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.must(http.StatusCreated, "POST", "/tenants", object{"slug": "acme"})
		tests := []struct {
			name, method, path string
			body               any
			status             int
			field, code        string
		}{
			{"a field that is not there", "POST", "/tenants", object{"slug": "b", "colour": "red"}, 422, "colour", ""},
			{"a field of another type", "POST", "/tenants", object{"slug": 7}, 422, "slug", ""},
			{"a field that is missing", "POST", "/tenants", object{}, 422, "", ""},
			{"a value that a rule refuses", "POST", "/tenants", object{"slug": "Not A Slug"}, 422, "slug", ""},
			{"a name that is taken", "POST", "/tenants", object{"slug": "acme"}, 409, "slug", "taken"},
			{"a rule with a code", "POST", "/tenants/acme/domains", object{"domain": "gmail.com"}, 422, "domain", "public_domain"},
			{"no JSON", "POST", "/tenants", `{"slug":`, 400, "", ""},
			{"no body", "POST", "/tenants", nil, 400, "", ""},
			{"an array for an object", "POST", "/tenants", `[]`, 422, "", ""},
			{"more than the limit", "POST", "/tenants", `{"slug":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "", ""},
			{"a parameter that is not there", "GET", "/tenants/acme/members?colour=red", nil, 422, "colour", ""},
			{"a parameter beyond its limit", "GET", "/tenants/acme/members?limit=5000", nil, 422, "limit", ""},
			{"a value that is none of the enumerated", "GET", "/tenants/acme/members?state=happy", nil, 422, "state", ""},
			{"a tenant that is not there", "GET", "/tenants/other", nil, 404, "tenant", ""},
			{"an id of another kind", "GET", "/tenants/acme/members/grp_01m80zcbqred5s41afh3sgxrr2", nil, 404, "member", ""},
			{"nothing at all", "GET", "/people", nil, 404, "", ""},
			{"a method that the path has not", "DELETE", "/tenants", nil, 405, "", ""},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				r := g.call(tt.method, tt.path, tt.body)
				if r.status != tt.status || r.get("field") != tt.field || r.get("code") != tt.code || r.get("detail") == "" {
					t.Errorf("%s %s = %d %s, want %d, field %q, code %q and a detail", tt.method, tt.path, r.status, r.text, tt.status, tt.field, tt.code)
				}
				if got := r.header.Get("Content-Type"); got != "application/problem+json" {
					t.Errorf("the problem is of type %q", got)
				}
			})
		}
		other := g.must(http.StatusUnsupportedMediaType, "POST", "/tenants", "slug=x", "Content-Type", "application/x-www-form-urlencoded")
		if !strings.Contains(other.get("detail"), "application/json") {
			t.Errorf("detail %q does not name the type that is wanted", other.get("detail"))
		}
	})
}

func TestIdempotencyKey(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		const twins = 12
		var mu sync.Mutex
		statuses := map[int]int{}
		var wg sync.WaitGroup
		for range twins {
			wg.Go(func() {
				r := g.call("POST", "/tenants", object{"slug": "acme"}, "Idempotency-Key", "one")
				if r.status == http.StatusConflict && r.get("code") != string(api.CodeInProgress) {
					t.Errorf("a twin was told %s, want %s", r.text, api.CodeInProgress)
				}
				mu.Lock()
				defer mu.Unlock()
				statuses[r.status]++
			})
		}
		wg.Wait()
		if statuses[http.StatusCreated] < 1 || statuses[http.StatusCreated]+statuses[http.StatusConflict] != twins {
			t.Errorf("twins were answered %v, want 201 for at least one and 409 for those that came meanwhile", statuses)
		}
		if all := g.must(http.StatusOK, "GET", "/tenants", nil).items(); len(all) != 1 {
			t.Errorf("there are %d tenants, want 1", len(all))
		}
		g.must(http.StatusUnprocessableEntity, "POST", "/tenants", object{"slug": "other"}, "Idempotency-Key", "one")
		g.must(http.StatusUnprocessableEntity, "POST", "/tenants/acme/suspend", nil, "Idempotency-Key", "one")

		// What was refused changed nothing and may be sent again.
		g.must(http.StatusConflict, "POST", "/tenants", object{"slug": "acme"}, "Idempotency-Key", "two")
		g.must(http.StatusCreated, "POST", "/tenants", object{"slug": "second"}, "Idempotency-Key", "two")

		// A secret that is shown once is shown again to who asked for it, and made once.
		dir := g.must(http.StatusCreated, "POST", "/tenants/acme/directories", object{"provider": "okta"}).get("id")
		tokens := "/tenants/acme/directories/" + dir + "/tokens"
		first := g.must(http.StatusCreated, "POST", tokens, nil, "Idempotency-Key", "three")
		again := g.must(http.StatusCreated, "POST", tokens, nil, "Idempotency-Key", "three")
		if first.text != again.text || again.header.Get("Idempotent-Replayed") != "true" || first.get("token") == "" {
			t.Errorf("the second answer is %s (replayed %q), want %s", again.text, again.header.Get("Idempotent-Replayed"), first.text)
		}
		if all := g.must(http.StatusOK, "GET", strings.Replace(tokens, "/tokens", "/credentials?kind=token", 1), nil).items(); len(all) != 1 {
			t.Errorf("there are %d tokens, want 1", len(all))
		}

		g.clock.advance(25 * time.Hour)
		g.must(http.StatusConflict, "POST", "/tenants", object{"slug": "acme"}, "Idempotency-Key", "one")
	})
}
