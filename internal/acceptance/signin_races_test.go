package acceptance

import (
	"sync"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/jit"
)

// TestSignInTwiceAtOnce lets one person, and then one address under two keys, come in at once.
func TestSignInTwiceAtOnce_J12(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i := a.idp()
		const n = 20
		var wg sync.WaitGroup
		outs, errs := make([]jit.Outcome, n), make([]error, n)
		for k := range n {
			wg.Go(func() { outs[k], errs[k] = i.join(i.vouches("S1", "ada@acme.example")) })
		}
		wg.Wait()
		for k := range n {
			if errs[k] != nil || outs[k].Member.ID != outs[0].Member.ID {
				t.Fatalf("sign-in %d: %v, %v", k, outs[k].Member.ID, errs[k])
			}
		}
		a.members(1)
		if links := a.linksOf(outs[0].Member.ID); len(links) != 1 {
			t.Errorf("%d links", len(links))
		}
		won := 0
		for k := range n {
			wg.Go(func() { _, errs[k] = i.join(i.vouches("T"+string(rune('a'+k)), "bo@acme.example")) })
		}
		wg.Wait()
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			refusal(t, err, roster.CodeSubjectChanged)
		}
		if won != 1 {
			t.Errorf("%d keys of one address came in, want one", won)
		}
		a.members(2)
	})
}

// TestSignInBesideADeactivation leaves no session to a leaver, whoever comes first.
func TestSignInBesideADeactivation_J13_X3(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i, d := a.idp(), a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		i.in(i.vouches("S1", "ada@acme.example"))
		for range 10 {
			outs, errs := make([]jit.Outcome, 6), make([]error, 6)
			var wg sync.WaitGroup
			for k := range outs {
				wg.Go(func() { outs[k], errs[k] = i.join(i.vouches("S1", "ada@acme.example")) })
			}
			wg.Go(func() { d.ask("PATCH", "/Users/"+id, replace("active", false)) })
			wg.Wait()
			for k, out := range outs {
				if errs[k] == nil && i.live(out) {
					t.Fatal("a session of a leaver is live")
				}
				if errs[k] != nil {
					refusal(t, errs[k], roster.CodeDeactivatedByDirectory)
				}
			}
			d.setActive(id, true)
		}
	})
}
