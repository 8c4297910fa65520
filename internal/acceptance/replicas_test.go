package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/internal/simulate"
)

// TestTwoGatewaysOnOneDatabase pushes the same company through two gateways at
// once, the requests by turns: no member twice, no change lost, no event skipped.
func TestTwoGatewaysOnOneDatabase(t *testing.T) {
	t.Parallel()
	// A second gateway on one SQLite file is refused, which a script of the program shows.
	onInstalled(t, []string{"postgres"}, func(t *testing.T, in *installation) {
		one, two := freeAddress(t), freeAddress(t)
		d := in.connect("acme", "entra.example", one)
		in.serve(one)
		in.serve(two)
		turns := &turns{hosts: []string{one, two}}
		if _, err := simulate.Run(t.Context(), simulate.Config{
			Vendor: simulate.Entra, BaseURL: d.base, Token: d.token, Users: 60, Groups: 4,
			Domain: "entra.example", Concurrency: 8, Now: time.Now, Client: &http.Client{Transport: turns, Timeout: time.Minute},
		}); err != nil {
			t.Fatalf("a run over two gateways: %v", err)
		}
		assertOneRowEach(t, in)
	})
}

// assertOneRowEach holds the members against the feed, read in small pages as a
// consumer would: nobody twice, and nobody whom the feed never told of.
func assertOneRowEach(t *testing.T, in *installation) {
	t.Helper()
	told, after := map[any]int{}, ""
	for {
		args := []string{"audit", "list", "--tenant", "acme", "--limit", "37"}
		if after != "" {
			args = append(args, "--after", after)
		}
		page := in.list(args...)
		for _, e := range page {
			if e["kind"] == "member.created" {
				told[e["member"]]++
			}
			after, _ = e["cursor"].(string)
		}
		if len(page) == 0 {
			break
		}
	}
	logins := map[string]int{}
	members := in.list("member", "list", "--tenant", "acme")
	for _, m := range members {
		email, _ := m["email"].(string)
		if logins[strings.ToLower(email)]++; logins[strings.ToLower(email)] > 1 {
			t.Errorf("two members for %s, want one", email)
		}
		if told[m["id"]] != 1 {
			t.Errorf("the feed tells %d times that %s came, want once", told[m["id"]], email)
		}
	}
	if len(members) == 0 {
		t.Error("no members after the run")
	}
}

// turns sends each request to the next of several hosts.
type turns struct {
	mu    sync.Mutex
	n     int
	hosts []string
}

func (tr *turns) RoundTrip(req *http.Request) (*http.Response, error) {
	tr.mu.Lock()
	tr.n++
	host := tr.hosts[tr.n%len(tr.hosts)]
	tr.mu.Unlock()
	req = req.Clone(req.Context())
	req.URL.Host = host
	return http.DefaultTransport.RoundTrip(req)
}

// TestTwoTenantsNoStray creates 400 users in two tenants at once, 16 requests
// at a time, and looks for any that landed in the other one.
func TestTwoTenantsNoStray(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, b := g.tenant("acme").directory("Entra"), g.tenant("bolt").directory("Okta")
		const users, at = 400, 16
		next := make(chan int)
		var wg sync.WaitGroup
		for range at {
			wg.Go(func() {
				for i := range next {
					d := []*directory{a, b}[i%2]
					if status, out := d.ask("POST", "/Users", user(fmt.Sprintf("u%03d@%d.example", i, i%2), fmt.Sprint(i))); status != http.StatusCreated {
						t.Errorf("create %d = %d %v", i, status, out)
					}
				}
			})
		}
		for i := range users {
			next <- i
		}
		close(next)
		wg.Wait()
		for side, d := range []*directory{a, b} {
			got := d.want(http.StatusOK, "GET", "/Users?count=1000", nil)
			all, _ := got["Resources"].([]any)
			if len(all) != users/2 {
				t.Errorf("tenant %d has %d users, want %d", side, len(all), users/2)
			}
			for _, u := range all {
				if body, _ := json.Marshal(u); !strings.Contains(string(body), fmt.Sprintf("@%d.example", side)) {
					t.Errorf("a stray in tenant %d: %s", side, body)
				}
			}
		}
	})
}
