package jit_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/jit"
)

// TestDecideProperties holds what no identity and no state of a tenant may change.
func TestDecideProperties(t *testing.T) {
	t.Parallel()
	emails := []string{
		"ada@acme.example", "ada@eu.acme.example", "ada@pending.example", "ada@lost.example", "ada@gone.example", "ada@stale.example",
		"ada@off.example", "ada@ask.example", "ada@evil.example", "ada@gmail.com", "x", "",
	}
	flag := rapid.Bool()
	member := func(t *rapid.T, label string, id roster.MemberID) *roster.Member {
		if !flag.Draw(t, label) {
			return nil
		}
		m := &roster.Member{ID: id, Email: roster.Email(rapid.SampledFrom(emails[:10]).Draw(t, label+" address")), Proven: flag.Draw(t, label+" proven"), Version: 1}
		for _, s := range []roster.Source{roster.SourceOperator, roster.SourceAdmin, roster.SourceDirectory, roster.SourceSignIn} {
			if flag.Draw(t, label+string(s)) {
				c := roster.Claim{Source: s, Here: true, At: t0, Role: rapid.SampledFrom([]string{"", "admin", "editor"}).Draw(t, label+" role")}
				c.Active = rapid.SampledFrom([]*bool{nil, on, off}).Draw(t, label+" active")
				m.Claims = append(m.Claims, c)
			}
		}
		if flag.Draw(t, label+" managed") {
			m.Directory = dirID
		}
		if flag.Draw(t, label+" waits") {
			m.Conflict = roster.CodeNeedsConfirmation
		}
		return m
	}
	rapid.Check(t, func(t *rapid.T) {
		cfg := world(func(c *tenant.Config) {
			c.Connections[0].Mapping.Rules = []tenant.SignInRule{
				{Attribute: "groups", Value: "a", Role: "admin", Group: pushedID.UUID}, {Attribute: "groups", Value: "b", Role: "editor", Group: handID.UUID},
			}
			c.Connections[0].Status = rapid.SampledFrom([]tenant.ConnectionStatus{tenant.ConnectionActive, tenant.ConnectionActive, tenant.ConnectionDisabled}).Draw(t, "connection")
			c.Tenant.Status = rapid.SampledFrom([]tenant.Status{tenant.Active, tenant.Active, tenant.Suspended}).Draw(t, "tenant")
		})
		id := as(rapid.SampledFrom(emails).Draw(t, "address"))
		id.EmailVouched = flag.Draw(t, "vouched")
		id.Groups = rapid.SliceOf(rapid.SampledFrom([]string{"a", "b", "c"})).Draw(t, "groups")
		f := jit.Facts{
			Linked: member(t, "linked", adaID), Holder: member(t, "holder", eveID), Elsewhere: flag.Draw(t, "elsewhere"), Known: flag.Draw(t, "known"),
			ByHand: []roster.GroupRef{{ID: handID}},
		}
		if f.Linked != nil {
			f.Link = &roster.Link{Member: f.Linked.ID}
			if flag.Draw(t, "linked removed") {
				f.Linked.RemovedAt = t0
			}
		}
		if f.Holder != nil {
			f.Holder.Email = roster.Email(id.Email)
			if flag.Draw(t, "other links") {
				f.Others = []roster.Link{{Member: f.Holder.ID}}
			}
		} else if f.Tombstone = member(t, "tombstone", eveID); f.Tombstone != nil {
			f.Tombstone.RemovedAt = t0
		}
		if flag.Draw(t, "invited") {
			f.Invite = &roster.Invite{
				Email: roster.Email(rapid.SampledFrom([]string{id.Email, "eve@evil.example"}).Draw(t, "invited address")), Role: "admin",
				State:     rapid.SampledFrom([]roster.InviteState{roster.InvitePending, roster.InviteRevoked}).Draw(t, "invite"),
				ExpiresAt: t0.Add(10 * 24 * time.Hour),
			}
		}
		now := t0.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "days")) * 24 * time.Hour)

		d := jit.Decide(cfg, id, f, now)
		if again := jit.Decide(cfg, id, f, now); again.Code != d.Code || again.Outcome != d.Outcome {
			t.Fatal("the same facts gave two decisions")
		}
		if d.Role == "admin" || slices.Contains(d.Give, pushedID) {
			t.Fatalf("sign-in gives %q, %v", d.Role, d.Give)
		}
		if d.Outcome == roster.SignInRefuse {
			if d.Code == "" || d.Role != "" || d.Give != nil || d.Email != "" || d.Vouch || d.Relink || d.Accept || d.Names != (roster.Names{}) {
				t.Fatalf("a refusal plans %+v", d.SignInPlan)
			}
			return
		}
		if cfg.Tenant.Status != tenant.Active || !cfg.Connections[0].Usable() {
			t.Fatalf("let in: tenant %s, connection %s", cfg.Tenant.Status, cfg.Connections[0].Status)
		}
		dom, _ := cfg.Domain(roster.Email(id.Email).Domain())
		open := f.Invite != nil && string(f.Invite.Email) == id.Email && f.Invite.Open(now)
		if d.Accept && (!open || !id.EmailVouched) {
			t.Fatalf("accepts %+v for %s", f.Invite, id.Email)
		}
		if d.Accept && d.Outcome == roster.SignInJoins && f.Holder == nil && !f.Known {
			return // whoever is invited comes in, whatever the domain and the tombstones are
		}
		switch d.Outcome {
		case roster.SignInJoins, roster.SignInAsks:
			if !dom.Owned() || !id.EmailVouched || dom.Joins() == tenant.AutoJoinOff || f.Holder != nil || f.Tombstone != nil || f.Linked != nil || f.Known {
				t.Fatalf("joins %s: %+v", id.Email, f)
			}
		case roster.SignInLinks:
			if !id.EmailVouched || len(f.Others) > 0 || d.Member != eveID || !dom.Owned() && (!d.Vouch || (f.Elsewhere || dom.Lost()) && !d.Accept) {
				t.Fatalf("links %s: %+v", id.Email, f)
			}
		case roster.SignInKnown:
			if d.Member != adaID || d.Email != "" && (!dom.Owned() || !id.EmailVouched || f.Holder != nil) {
				t.Fatalf("knows %s: %+v", id.Email, d.SignInPlan)
			}
		}
		for _, m := range []*roster.Member{f.Linked, f.Holder} {
			if m == nil || d.Member != m.ID {
				continue
			}
			for _, c := range m.Claims {
				waits := m.Conflict != "" && c.Source == roster.SourceDirectory // counts once an admin has decided
				if c.Active != nil && !*c.Active && !waits {
					t.Fatalf("lifts the no of %s", c.Source)
				}
			}
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	cfg, id := world(), as("ada@acme.example")
	for name, f := range map[string]jit.Facts{"linked": linkedHolder(managed("ada@acme.example", true)), "join": {}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				jit.Decide(cfg, id, f, t0)
			}
		})
	}
}
