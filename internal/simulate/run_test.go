package simulate_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/simulate"
)

// clock moves by two milliseconds whenever it is read, and by as much as is slept.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(2 * time.Millisecond)
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)} }

func config(vendor simulate.Vendor, base string) simulate.Config {
	c := newClock()
	return simulate.Config{
		Vendor: vendor, BaseURL: base, Token: token, Users: 20, Groups: 4, Now: c.Now, Sleep: c.Sleep,
	}
}

// everyWay lists all vendors in all dialects.
var everyWay = []struct {
	vendor  simulate.Vendor
	dialect simulate.Dialect
}{
	{simulate.Entra, simulate.Both},
	{simulate.Entra, simulate.Legacy},
	{simulate.Entra, simulate.Modern},
	{simulate.Okta, simulate.Both},
	{simulate.Okta, simulate.Wizard},
	{simulate.Okta, simulate.Catalogue},
	{simulate.Google, simulate.Both},
}

func TestRun_honest_service_gets_no_complaint_however_often(t *testing.T) {
	t.Parallel()
	for _, way := range everyWay {
		t.Run(string(way.vendor)+"/"+string(way.dialect), func(t *testing.T) {
			t.Parallel()
			s := newService(faults{})
			cfg := config(way.vendor, s.serve(t, nil))
			cfg.Dialect = way.dialect
			var roster []string
			for _, turn := range []string{"first", "second"} {
				summary, err := simulate.Run(t.Context(), cfg)
				if err != nil {
					t.Fatalf("%s Run: %v", turn, err)
				}
				state := s.snapshot(t)
				if diff := cmp.Diff(roster, state); roster != nil && diff != "" {
					t.Errorf("%s Run ends elsewhere (-before +now):\n%s", turn, diff)
				}
				roster = state
				if summary.Users == 0 || summary.Requests < 60 {
					t.Errorf("%s Run: %d users in place after %d requests", turn, summary.Users, summary.Requests)
				}
			}
			if way.vendor != simulate.Okta && s.calls["DELETE"] == 0 {
				t.Error("nobody was deleted")
			}
		})
	}
}

// snapshot is all that the service holds, without what depends on the order of requests: ids.
func (s *service) snapshot(t *testing.T) []string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[string]string{}
	for id, u := range s.users {
		names[id] = u["userName"].(string)
	}
	for id, g := range s.groups {
		names[id] = g["displayName"].(string)
	}
	var lines []string
	for _, id := range s.order {
		for _, object := range []doc{s.users[id], s.groups[id]} {
			if object == nil {
				continue
			}
			text, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			// An empty string is as good as nothing (RFC 7643 §2.5).
			line := strings.ReplaceAll(string(text), `"nickName":"",`, "")
			for id, n := range names {
				line = strings.ReplaceAll(line, id, n)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func TestRun_sizes_at_the_edge(t *testing.T) {
	t.Parallel()
	for _, size := range []struct{ users, groups int }{{1, 0}, {1, 1}, {2, 1}, {3, 2}, {8, 2}} {
		for _, vendor := range []simulate.Vendor{simulate.Entra, simulate.Okta, simulate.Google} {
			s := newService(faults{})
			cfg := config(vendor, s.serve(t, nil))
			cfg.Users, cfg.Groups = size.users, size.groups
			for range 2 {
				if _, err := simulate.Run(t.Context(), cfg); err != nil {
					t.Errorf("Run(%s, %d users, %d groups): %v", vendor, size.users, size.groups, err)
				}
			}
		}
	}
}

func TestRun_keep_leaves_everybody_active(t *testing.T) {
	t.Parallel()
	for _, vendor := range []simulate.Vendor{simulate.Entra, simulate.Okta, simulate.Google} {
		s := newService(faults{})
		cfg := config(vendor, s.serve(t, nil))
		cfg.Keep = true
		summary, err := simulate.Run(t.Context(), cfg)
		if err != nil {
			t.Fatalf("Run(%s): %v", vendor, err)
		}
		if summary.Users != cfg.Users {
			t.Errorf("Run(%s) leaves %d users, want %d", vendor, summary.Users, cfg.Users)
		}
		for _, u := range s.users {
			if u["active"] != true {
				t.Errorf("Run(%s) leaves %v inactive", vendor, u["userName"])
			}
		}
		if vendor == simulate.Okta && !s.agents["Okta SCIM Client 1.0.0"] {
			t.Errorf("User-Agents of okta = %v", s.agents)
		}
	}
}

func TestRun_two_companies_in_one_service(t *testing.T) {
	t.Parallel()
	s := newService(faults{})
	cfg := config(simulate.Entra, s.serve(t, nil))
	companies := []struct {
		seed   int64
		domain string
	}{{1, "a.example"}, {2, "a.example"}, {1, "b.example"}, {1, "a.example"}, {2, "a.example"}}
	for _, c := range companies {
		cfg.Seed, cfg.Domain = c.seed, c.domain
		if _, err := simulate.Run(t.Context(), cfg); err != nil {
			t.Fatalf("Run(seed %d, %s): %v", c.seed, c.domain, err)
		}
	}
}

func TestRun_smaller_company_takes_strangers_out_of_its_groups(t *testing.T) {
	t.Parallel()
	for _, vendor := range []simulate.Vendor{simulate.Entra, simulate.Okta} {
		s := newService(faults{})
		cfg := config(vendor, s.serve(t, nil))
		for _, users := range []int{20, 12} {
			cfg.Users = users
			if _, err := simulate.Run(t.Context(), cfg); err != nil {
				t.Fatalf("Run(%s, %d users): %v", vendor, users, err)
			}
		}
	}
}

func TestRun_refuses_what_cannot_be_played(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*simulate.Config)
		want string
	}{
		{"vendor", func(c *simulate.Config) { c.Vendor = "ping" }, "unknown vendor"},
		{"dialect of another vendor", func(c *simulate.Config) { c.Dialect = simulate.Wizard }, "no dialect"},
		{"base URL without host", func(c *simulate.Config) { c.BaseURL = "/scim" }, "base URL"},
		{"base URL of another scheme", func(c *simulate.Config) { c.BaseURL = "ftp://corp.example" }, "base URL"},
		{"no token", func(c *simulate.Config) { c.Token = "" }, "no token"},
		{"negative size", func(c *simulate.Config) { c.Users = -1 }, "negative"},
		{"no clock", func(c *simulate.Config) { c.Now = nil }, "no clock"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(simulate.Entra, "http://127.0.0.1:1")
			tt.edit(&cfg)
			if _, err := simulate.Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run = %v, want an error about %q", err, tt.want)
			}
		})
	}
}

func TestRun_ends_with_its_context(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := newService(faults{})
	if _, err := simulate.Run(ctx, config(simulate.Entra, s.serve(t, nil))); !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want context.Canceled", err)
	}
}
