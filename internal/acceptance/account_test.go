package acceptance

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// account is a tenant under test, as its operator sees it.
type account struct {
	g     *gateway
	id    tenant.ID
	staff roster.Staff // the operator
	admin roster.Staff // an admin of the tenant
}

func (g *gateway) tenant(slug string) *account {
	g.t.Helper()
	t, err := g.roster.CreateTenant(g.t.Context(), slug, strings.ToUpper(slug), tenant.ContentRoles())
	if err != nil {
		g.t.Fatalf("create tenant %s: %v", slug, err)
	}
	return &account{
		g: g, id: t.ID,
		staff: roster.Staff{Tenant: t.ID, Actor: roster.Actor{Source: roster.SourceOperator}},
		admin: roster.Staff{Tenant: t.ID, Actor: roster.Actor{Source: roster.SourceAdmin, ID: "mem_test"}},
	}
}

func (a *account) trust(domain string) {
	a.g.t.Helper()
	if _, err := a.g.roster.TrustDomain(a.g.t.Context(), a.staff, domain); err != nil {
		a.g.t.Fatalf("trust %s: %v", domain, err)
	}
}

// explain is what the roster says of a member.
func (a *account) explain(id string) roster.Explanation {
	a.g.t.Helper()
	m, err := roster.ParseMemberID(id)
	if err != nil {
		a.g.t.Fatal(err)
	}
	e, err := a.g.roster.Explain(a.g.t.Context(), a.staff, m)
	if err != nil {
		a.g.t.Fatalf("explain %s: %v", id, err)
	}
	return e
}

// access fails the test unless the member stands so: "on", or a reason code.
func (a *account) access(id, want string) {
	a.g.t.Helper()
	e := a.explain(id)
	got := string(e.Reason)
	if e.Access {
		got = "on"
	}
	if got != want {
		a.g.t.Errorf("access of %s = %s (%s), want %s", e.Member.Login, got, e.Because.Rule, want)
	}
}

// role fails the test unless the member has the role by the rule.
func (a *account) role(id, want, rule string) {
	a.g.t.Helper()
	if e := a.explain(id); e.Role != want || e.Rank.Rule != rule {
		a.g.t.Errorf("role of %s = %s by %q, want %s by %q", e.Member.Login, e.Role, e.Rank.Rule, want, rule)
	}
}

// events returns the kinds of a tenant's events, with the code of refusals. The
// feed shows an event once no older transaction is under way in the database's
// server, so it writes a mark and reads until the mark has come.
func (a *account) events() []string {
	a.g.t.Helper()
	ctx := a.g.t.Context()
	mark := rand.Text()
	err := a.g.roster.Store.Update(ctx, a.id, func(tx roster.Tx) error {
		return tx.AppendEvent(ctx, roster.Event{Kind: roster.TenantChanged, RequestID: mark})
	})
	if err != nil {
		a.g.t.Fatalf("write the mark: %v", err)
	}
	for {
		all, err := a.g.roster.Store.Reader(a.id).Events(ctx, roster.Cursor{}, 1000)
		if err != nil {
			a.g.t.Fatalf("read events: %v", err)
		}
		if n := len(all); n > 0 && all[n-1].RequestID == mark {
			return told(all[:n-1])
		}
	}
}

func told(all []roster.Event) []string {
	out := make([]string, 0, len(all))
	for _, e := range all {
		s := string(e.Kind)
		var d struct{ Code string }
		if json.Unmarshal(e.Data, &d) == nil && e.Kind == roster.MemberRefused {
			s += " " + d.Code
		}
		out = append(out, s)
	}
	return out
}

func (a *account) count(event string) int {
	a.g.t.Helper()
	n := 0
	for _, e := range a.events() {
		if e == event {
			n++
		}
	}
	return n
}

// member parses an id for calls to the roster.
func (a *account) member(id string) roster.MemberID {
	a.g.t.Helper()
	m, err := roster.ParseMemberID(id)
	if err != nil {
		a.g.t.Fatal(err)
	}
	return m
}

// do fails the test when a call of the roster fails.
func do[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%T: %v", v, err)
		}
		return v
	}
}

// refusal fails the test unless err has the code, and returns its detail.
func refusal(t testing.TB, err error, code roster.Code) string {
	t.Helper()
	var e *roster.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("error = %v, want one with code %s", err, code)
	}
	return e.Detail
}

func mappings(role, group string) tenant.RoleMapping {
	u, err := tenant.ParseUUID(group)
	if err != nil {
		panic(fmt.Sprintf("test group id: %v", err))
	}
	return tenant.RoleMapping{Group: u, Role: role}
}
