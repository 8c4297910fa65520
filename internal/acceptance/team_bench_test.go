package acceptance

import (
	"context"
	"fmt"
	"testing"

	"rollcall/internal/roster"
)

// BenchmarkTeamList is what a page of the team's list reads of 10,000 members: the members, and the counts above them.
func BenchmarkTeamList(b *testing.B) {
	onEachMeasured(b, func(b *testing.B, g *gateway) {
		a := g.tenant("acme")
		for part := range 20 {
			err := g.roster.Store.Update(b.Context(), a.id, func(tx roster.Tx) error { return hire(b.Context(), tx, part*500, 500) })
			if err != nil {
				b.Fatal(err)
			}
		}
		for name, q := range map[string]roster.TeamQuery{
			"first": {}, "last": {Offset: 9950}, "search": {Text: "person99"}, "away": {Sort: roster.TeamByActivity}, "role": {Role: "viewer", State: roster.StateActive},
		} {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					_, err := g.roster.Team(b.Context(), a.staff, q)
					_, err2 := g.roster.TeamCounts(b.Context(), a.staff)
					if err != nil || err2 != nil {
						b.Fatal(err, err2)
					}
				}
			})
		}
	})
}

// hire inserts members as invites bring them.
func hire(ctx context.Context, tx roster.Tx, from, n int) error {
	for i := from; i < from+n; i++ {
		email := roster.Email(fmt.Sprintf("person%d@acme.example", i))
		m := roster.Member{
			ID: roster.NewMemberID(tx.Now()), Login: string(email), Email: email, Proven: true, Addresses: []string{string(email)}, DirectoryActive: true,
			Claims:   []roster.Claim{{Source: roster.SourceInvite, Here: true, At: tx.Now()}},
			Standing: roster.Standing{State: roster.StateActive, Role: "viewer"}, Version: 1, CreatedAt: tx.Now(), ChangedAt: tx.Now(),
		}
		if err := tx.InsertMember(ctx, m); err != nil {
			return err
		}
	}
	return nil
}
