package acceptance

import (
	"fmt"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
)

// crowd makes members of a tenant, 500 a transaction.
func (a *account) crowd(n int) {
	a.g.t.Helper()
	for start := 0; start < n; start += 500 {
		err := a.g.roster.Store.Update(a.g.t.Context(), a.id, func(tx roster.Tx) error {
			for k := start; k < min(start+500, n); k++ {
				address := fmt.Sprintf("member%d@acme.example", k)
				m := roster.Member{
					ID: roster.NewMemberID(tx.Now()), Login: address, Email: roster.Email(address), Addresses: []string{address}, Proven: true, DirectoryActive: true,
					Attributes: roster.Attributes(`{"displayName":"A Member"}`), Claims: []roster.Claim{{Source: roster.SourceAdmin, By: "mem_test", Here: true, At: tx.Now()}},
					Standing: roster.Standing{State: roster.StateActive, Role: "viewer"}, CreatedAt: tx.Now(), ChangedAt: tx.Now(), Version: 1,
				}
				var err error
				if m.Person, err = tx.Person(a.g.t.Context(), m.Email); err != nil {
					return err
				}
				if err := tx.InsertMember(a.g.t.Context(), m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			a.g.t.Fatal(err)
		}
	}
}

// manyLines are a thousand people to invite, half of whom are members already.
func (a *account) manyLines(round int) []roster.InviteDraft {
	out := make([]roster.InviteDraft, roster.MaxInviteLines)
	for k := range out {
		out[k].Email = fmt.Sprintf("member%d@acme.example", k*9)
		if k%2 == 0 {
			out[k].Email = fmt.Sprintf("new%d-%d@partner%d.example", round, k, k%7)
		}
		_, out[k].Hash = secret.NewInvite(a.id.UUID)
	}
	return out
}

// BenchmarkInvites checks, and makes, a thousand invites in a tenant of 10,000 members.
func BenchmarkInvites(b *testing.B) {
	onEachMeasured(b, func(b *testing.B, g *gateway) {
		a := g.byInvite()
		a.crowd(10_000)
		check := func(name string, one bool) {
			b.Run(name, func(b *testing.B) {
				g.roster.OneTenantPerEmail = one
				for b.Loop() {
					verdicts := do[[]roster.InviteVerdict](b)(g.roster.CheckInvites(b.Context(), a.staff, a.manyLines(0)))
					if good := countGood(verdicts); good != roster.MaxInviteLines/2 {
						b.Fatalf("%d people can be invited", good)
					}
				}
			})
		}
		check("verdicts", false)
		check("verdicts_of_one_tenant_an_address", true)
		b.Run("made", func(b *testing.B) {
			g.roster.OneTenantPerEmail = false
			round := 0
			for b.Loop() {
				round++
				g.clock.advance(2 * day) // a day's limit is another's
				for _, r := range do[[]roster.InviteResult](b)(g.roster.CreateInvites(b.Context(), a.staff, a.manyLines(round))) {
					if r.Verdict == roster.VerdictLimit {
						b.Fatal(r.Detail)
					}
				}
			}
		})
	})
}

func countGood(verdicts []roster.InviteVerdict) int {
	n := 0
	for _, v := range verdicts {
		if v.Verdict.Good() {
			n++
		}
	}
	return n
}
