package storagetest

import (
	"context"
	"fmt"
	"testing"

	"rollcall/internal/roster"
)

func concurrentTenants(t *testing.T, b Backend) {
	houses := []*house{newHouse(t, b, "one"), newHouse(t, b, "two")}
	const each = 20
	allWell(t, together(writers, func(i int) error {
		h := houses[i%2]
		for n := range each {
			m := h.newMember(fmt.Sprintf("user-%d-%d", i/2, n)) // the same logins in both
			err := h.try(func(ctx context.Context, tx roster.Tx) error {
				if err := tx.InsertMember(ctx, m); err != nil {
					return err
				}
				return tx.AppendEvent(ctx, roster.Event{Kind: roster.MemberCreated, Member: m.ID})
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	for _, h := range houses {
		page := h.members(roster.Query{Limit: 1000, Count: true})
		wantSame(t, h.tenant.Slug+": members", writers/2*each, page.Total)
		for _, m := range page.Items {
			if m.Directory != h.dir.ID {
				t.Errorf("%s: %s strayed here", h.tenant.Slug, m.ID)
			}
		}
		wantSame(t, h.tenant.Slug+": events", writers/2*each, len(h.events(writers/2*each)))
	}
}

func concurrentDomains(t *testing.T, b Backend) {
	one, two := newHouse(t, b, "one"), newHouse(t, b, "two")
	for round := range 5 {
		name := fmt.Sprintf("d%d.example", round)
		errs := together(2, func(i int) error {
			h := []*house{one, two}[i]
			return h.putDomain(h.newDomain(name, "trusted"))
		})
		oneWins(t, name, "domain", errs)
	}
}

func concurrentPerson(t *testing.T, b Backend) {
	houses := []*house{newHouse(t, b, "one"), newHouse(t, b, "two")}
	for round := range 5 {
		email := roster.Email(fmt.Sprintf("r%d@example.com", round))
		ids := make([]roster.PersonID, writers)
		allWell(t, together(writers, func(i int) error {
			return houses[i%2].try(func(ctx context.Context, tx roster.Tx) (err error) {
				ids[i], err = tx.Person(ctx, email)
				return err
			})
		}))
		for _, id := range ids[1:] {
			wantSame(t, "Person", ids[0], id)
		}
	}
}
