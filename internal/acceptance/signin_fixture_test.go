package acceptance

import (
	"errors"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/jit"
	"rollcall/sso"
)

// idp is an active connection of a tenant, behind which everybody is who they say.
type idp struct {
	a   *account
	con tenant.Connection
}

func (a *account) idp(rules ...tenant.SignInRule) *idp {
	a.g.t.Helper()
	c := a.g.samlDraft(a.g.certificate(day * 365))
	c.Mapping.Rules = rules
	c = a.connect(c)
	return &idp{a: a, con: do[tenant.Connection](a.g.t)(a.g.roster.ActivateConnection(a.g.t.Context(), a.admin, c.ID))}
}

// joins sets the auto-join of a domain that the tenant owns.
func (a *account) joins(domain string, mode tenant.AutoJoin, role string) {
	a.g.t.Helper()
	a.trust(domain)
	do[tenant.Domain](a.g.t)(a.g.roster.SetDomain(a.g.t.Context(), a.staff, domain, mode, role))
}

// vouches is a verified identity.
func (i *idp) vouches(subject, email string, groups ...string) sso.Identity {
	return sso.Identity{
		Tenant: i.a.id, Connection: i.con, Method: roster.MethodSAML, Subject: subject, Email: email, EmailVouched: true, Groups: groups,
	}
}

func (i *idp) join(id sso.Identity) (jit.Outcome, error) {
	return jit.Joiner{Roster: i.a.g.roster}.Join(i.a.g.t.Context(), id, roster.Client{RequestID: "r1"}, [32]byte{})
}

// in signs in and must succeed.
func (i *idp) in(id sso.Identity) jit.Outcome {
	i.a.g.t.Helper()
	out, err := i.join(id)
	if err != nil {
		i.a.g.t.Fatalf("sign in as %s: %v (%+v)", id.Subject, err, out.Decision)
	}
	if !i.live(out) {
		i.a.g.t.Errorf("the session of %s is not live", id.Subject)
	}
	return out
}

// live says whether the session of a sign-in opens anything now.
func (i *idp) live(out jit.Outcome) bool {
	i.a.g.t.Helper()
	_, err := i.a.g.roster.Store.Reader(i.a.id).LiveSession(i.a.g.t.Context(), out.Session.Hash, i.a.g.clock.Now())
	if err != nil && !errors.Is(err, roster.NotFound) {
		i.a.g.t.Fatalf("look for the session: %v", err)
	}
	return err == nil
}

// refused signs in, must be refused with the code, and nothing may be written but the event of that.
func (i *idp) refused(id sso.Identity, code roster.Code) {
	i.a.g.t.Helper()
	before := i.a.everything()
	events := i.a.events()
	_, err := i.join(id)
	refusal(i.a.g.t, err, code)
	if got := i.a.everything(); got != before {
		i.a.g.t.Errorf("a sign-in refused with %s changed %+v to %+v", code, before, got)
	}
	if code == roster.CodeApprovalPending {
		return
	}
	if got := i.a.events(); len(got) != len(events)+2 || got[len(got)-1] != "signin.refused" { // the mark of events, and this
		i.a.g.t.Errorf("events after a sign-in refused with %s: %v, want one signin.refused more than %v", code, got, events)
	}
}

// everything counts what a sign-in can write.
type everything struct{ members, versions, links, sessions int }

func (a *account) everything() everything {
	a.g.t.Helper()
	ctx, rd := a.g.t.Context(), a.g.roster.Store.Reader(a.id)
	page := do[roster.Page[roster.Member]](a.g.t)(rd.Members(ctx, roster.Query{Limit: 1000, WithRemoved: true}))
	links := do[[]roster.Link](a.g.t)(rd.Links(ctx, roster.LinkQuery{Ended: true}))
	sessions := do[roster.Page[roster.Session]](a.g.t)(rd.Sessions(ctx, roster.SessionQuery{Limit: 1000, WithEnded: true}))
	out := everything{members: len(page.Items), links: len(links), sessions: len(sessions.Items)}
	for _, m := range page.Items {
		out.versions += int(m.Version)
	}
	return out
}

// one fails the test unless the tenant has n members that are not removed.
func (a *account) members(n int) {
	a.g.t.Helper()
	page := do[roster.Page[roster.Member]](a.g.t)(a.g.roster.Store.Reader(a.id).Members(a.g.t.Context(), roster.Query{Limit: 1000}))
	if len(page.Items) != n {
		a.g.t.Errorf("the tenant has %d members, want %d", len(page.Items), n)
	}
}

func (a *account) linksOf(id roster.MemberID) []roster.Link {
	a.g.t.Helper()
	return do[[]roster.Link](a.g.t)(a.g.roster.Store.Reader(a.id).Links(a.g.t.Context(), roster.LinkQuery{Member: id}))
}

func uuidOf(m roster.Member) string { return m.ID.UUID.UUID() }

// TestRulesOfSignInAreNamed holds that each rule of sign-in has one name.
func TestRulesOfSignInAreNamed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range jit.Rules() {
		if seen[r] {
			t.Errorf("two rules are called %q", r)
		}
		seen[r] = true
	}
}
