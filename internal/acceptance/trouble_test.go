package acceptance

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"

	"rollcall/internal/roster"
	"rollcall/internal/simulate"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/migrated"
	"rollcall/scim"
	"rollcall/storage/shortlived"
)

// TestSimulate plays each vendor on each kind of bad road: the directory and the roster must be equal at the
// end, and the roster the same, roles included, as after a run without any trouble.
func TestSimulate(t *testing.T) {
	t.Parallel()
	all := simulate.Troubles()
	for _, vendor := range []simulate.Vendor{simulate.Entra, simulate.Okta, simulate.Google} {
		t.Run(string(vendor), func(t *testing.T) {
			t.Parallel()
			calm := newGateway(t, migrated.SQLite(t))
			want := calm.play(vendor, nil, 0)
			for i, kind := range append(all, "all") {
				kinds := []simulate.Trouble{kind}
				if kind == "all" {
					kinds = all
				}
				t.Run(string(kind), func(t *testing.T) {
					onEach(t, func(t *testing.T, g *gateway) {
						if slices.Contains(kinds, simulate.Throttled) {
							g.limit(40)
						}
						seed := int64(i + 1)
						if diff := gocmp.Diff(want, g.play(vendor, kinds, seed)); diff != "" {
							t.Errorf("the roster with trouble seed %d mismatch (-calm +bad):\n%s", seed, diff)
						}
					})
				})
			}
		})
	}
}

// play provisions a company into a tenant of its own, twice: at first without trouble and to the end, so that there
// are groups that roles can be mapped to, then with it. It returns the roster.
func (g *gateway) play(vendor simulate.Vendor, kinds []simulate.Trouble, seed int64) []string {
	g.t.Helper()
	a := g.tenant("acme")
	a.trust(string(vendor) + ".example")
	d := a.directory(string(vendor))
	cfg := simulate.Config{
		Vendor: vendor, BaseURL: g.server.URL + "/scim/v2/" + d.id.UUID.UUID(), Token: d.token, Users: 22, Groups: 5,
		Keep: true, Now: g.clock.Now, Sleep: g.clock.sleep,
	}
	if _, err := simulate.Run(g.t.Context(), cfg); err != nil {
		g.t.Fatalf("first run: %v", err)
	}
	do[tenant.Directory](g.t)(g.roster.SetMappings(g.t.Context(), a.admin, d.id, a.mapTeams()))
	cfg.Keep, cfg.Trouble, cfg.TroubleSeed = false, kinds, seed
	summary, err := simulate.Run(g.t.Context(), cfg)
	if err != nil {
		g.t.Fatalf("run with trouble %v, seed %d: %v", kinds, seed, err)
	}
	for _, kind := range kinds {
		if summary.Trouble[kind] == 0 {
			g.t.Errorf("seed %d made nothing %s", seed, kind)
		}
	}
	return a.book()
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.advance(d)
	return ctx.Err()
}

// mapTeams gives roles to some of the groups, the first of which is deleted in the second run.
func (a *account) mapTeams() []tenant.RoleMapping {
	a.g.t.Helper()
	var out []tenant.RoleMapping
	for _, part := range []struct{ name, role string }{{"team 3", "editor"}, {"team 2", "contributor"}, {"team 1", "editor"}} {
		for _, gr := range a.groups() {
			if strings.Contains(gr.Name, part.name) {
				out = append(out, mappings(part.role, gr.ID.UUID.UUID()))
			}
		}
	}
	return out
}

func (a *account) groups() []roster.Group {
	a.g.t.Helper()
	var page roster.Page[roster.Group]
	err := a.g.roster.Store.View(a.g.t.Context(), a.id, func(rd roster.Reader) (err error) {
		page, err = rd.Groups(a.g.t.Context(), roster.Query{Limit: 100})
		return err
	})
	if err != nil {
		a.g.t.Fatal(err)
	}
	return page.Items
}

// book is the whole roster of a tenant, people by their login and with their groups by name: one line each, without what
// differs from run to run.
func (a *account) book() []string {
	a.g.t.Helper()
	var page roster.Page[roster.Member]
	err := a.g.roster.Store.View(a.g.t.Context(), a.id, func(rd roster.Reader) (err error) {
		page, err = rd.Members(a.g.t.Context(), roster.Query{Limit: 1000, WithGroups: true, WithRemoved: true})
		return err
	})
	if err != nil {
		a.g.t.Fatal(err)
	}
	slices.SortFunc(page.Items, func(x, y roster.Member) int { return cmp.Compare(x.Login, y.Login) })
	names := []string{}
	var lines []string
	for _, m := range page.Items {
		names = append(names, m.ID.String(), m.Login, m.ID.UUID.UUID(), m.Login)
		e := a.explain(m.ID.String())
		if m.Removed() {
			// What they were last known as depends on whether a late change came before the end.
			lines = append(lines, fmt.Sprintf("%s %s removed, access %t", m.Login, m.ExternalID, e.Access))
			continue
		}
		var groups []string
		for _, gr := range m.Groups {
			groups = append(groups, gr.Name)
		}
		slices.Sort(groups)
		lines = append(lines, fmt.Sprintf("%s %s %s active %t access %t %s role %s by %s groups %q %s",
			m.Login, m.ExternalID, m.Email, m.DirectoryActive, e.Access, e.Reason, e.Role, e.Rank.Rule, groups, m.Attributes))
	}
	for _, gr := range a.groups() {
		lines = append(lines, fmt.Sprintf("group %s %s", gr.Name, gr.ExternalID))
	}
	ids := strings.NewReplacer(names...)
	for i := range lines {
		lines[i] = ids.Replace(lines[i])
	}
	slices.Sort(lines)
	return lines
}

// limit puts a door before the same roster that lets few requests a second pass.
func (g *gateway) limit(rate int) {
	g.t.Helper()
	short := shortlived.NewMemory(g.clock.Now, 0)
	door, err := scim.New(scim.Config{
		Log: g.log, Roster: g.roster, Store: g.roster.Store, Locator: g.roster.Locator, Now: g.clock.Now,
		PublicURL: "https://gateway.example", Secret: bytes.Repeat([]byte{7}, 32), Gate: narrow{short, rate},
	})
	if err != nil {
		g.t.Fatal(err)
	}
	routes := mux.NewRouter()
	routes.PathPrefix(scim.Prefix + "/").Handler(door)
	server := httptest.NewServer(routes)
	g.t.Cleanup(func() {
		server.Close()
		_ = short.Close()
	})
	g.server = server
}

// narrow is a gate of so many requests a second.
type narrow struct {
	shortlived.Limits

	rate int
}

func (n narrow) Allow(ctx context.Context, by *roster.Grant, requests int) time.Duration {
	key := shortlived.Key{Use: "test", Name: by.Directory.ID.String()}
	d, err := n.Limits.Allow(ctx, key, shortlived.Rate{Count: n.rate, Per: time.Second, Burst: 10}, requests)
	if err != nil || d.Allowed {
		return 0
	}
	return d.RetryAfter
}

func (narrow) Enter(context.Context, tenant.ID) (time.Duration, error) { return 0, nil }
func (narrow) Leave()                                                  {}
