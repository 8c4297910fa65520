package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"rollcall/internal/roster"
)

// writers is how many goroutines write at a time.
const writers = 16

func testConcurrency(t *testing.T, open opener) {
	check(t, open, []claim{
		{"of creates of the same one wins", concurrentCreates},
		{"no change is lost under a lock", concurrentCounter},
		{"a change without a lock is made or stale", concurrentStale},
		{"locks taken crosswise end well", concurrentCrossed},
		{"exclusive keeps others out", concurrentExclusive},
		{"a group takes additions from all sides", concurrentGroup},
		{"members leave groups that others change", groupsConcurrent},
		{"writers of two tenants do not meet", concurrentTenants},
		{"of two tenants one gets a domain", concurrentDomains},
		{"an address has one person for all who ask at once", concurrentPerson},
	})
}

// together runs f n times at once and returns the errors by index.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	wait.Wait()
	return errs
}

// allWell fails the test for errors.
func allWell(t *testing.T, errs []error) {
	t.Helper()
	for i, err := range errs {
		if err != nil {
			t.Errorf("writer %d: %v", i, err)
		}
	}
}

// oneWins wants one success, and for all others a Conflict in the field.
func oneWins(t *testing.T, what, field string, errs []error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		wantConflict(t, what, field, err)
	}
	if won != 1 {
		t.Errorf("%s: %d won, want 1", what, won)
	}
}

func concurrentCreates(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	for round := range 5 {
		what := fmt.Sprintf("round %d", round)
		oneWins(t, what+", the same login", "login", together(writers, func(int) error {
			m := h.newMember(what)
			return h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertMember(ctx, m) })
		}))
		oneWins(t, what+", the same external id", "external_id", together(writers, func(i int) error {
			m := h.newMember(fmt.Sprintf("%s, %d", what, i))
			m.ExternalID = what
			return h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertMember(ctx, m) })
		}))
		oneWins(t, what+", the same group", "name", together(writers, func(int) error {
			g := h.newGroup(what)
			return h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertGroup(ctx, g) })
		}))
		oneWins(t, what+", the same address", "email", together(writers, func(i int) error {
			m := h.newMember(fmt.Sprintf("%s by address, %d", what, i))
			m.Email, m.Proven = roster.Email(fmt.Sprintf("r%d@example.com", round)), true
			return h.try(func(ctx context.Context, tx roster.Tx) (err error) {
				if m.Person, err = tx.Person(ctx, m.Email); err != nil {
					return err
				}
				return tx.InsertMember(ctx, m)
			})
		}))
	}
	wantSame(t, "members", 15, h.members(roster.Query{Count: true}).Total)
}

func concurrentCounter(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m, g := h.addMember("counter"), h.addGroup("counter")
	const each = 10
	allWell(t, together(writers, func(int) error {
		for range each {
			err := h.try(func(ctx context.Context, tx roster.Tx) error {
				before, err := tx.LockMember(ctx, h.scope(), m.ID)
				if err != nil {
					return err
				}
				before.Groups = nil
				after := before
				after.Version++
				if err := tx.UpdateMember(ctx, before, after); err != nil {
					return err
				}
				team, err := tx.LockGroup(ctx, h.scope(), g.ID)
				if err != nil {
					return err
				}
				next := team
				next.Version++
				return tx.UpdateGroup(ctx, team, next)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	wantSame(t, "version of the member", int64(1+writers*each), h.member(m.ID).Version)
	wantSame(t, "version of the group", int64(1+writers*each), h.groups(roster.Query{Limit: 1}).Items[0].Version)
}

func concurrentStale(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("counter")
	var made atomic.Int64
	allWell(t, together(writers, func(int) error {
		for range 10 {
			err := h.try(func(ctx context.Context, tx roster.Tx) error {
				before, err := tx.Member(ctx, h.scope(), m.ID, false)
				if err != nil {
					return err
				}
				after := before
				after.Version++
				return tx.UpdateMember(ctx, before, after)
			})
			switch {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, roster.Stale):
				return err
			}
		}
		return nil
	}))
	wantSame(t, "version", 1+made.Load(), h.member(m.ID).Version)
}

func concurrentCrossed(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	one, two := h.addMember("one"), h.addMember("two")
	const each = 3 // each crossing costs PostgreSQL its deadlock_timeout, a second
	allWell(t, together(2, func(i int) error {
		first, second := one.ID, two.ID
		if i%2 == 0 {
			first, second = second, first
		}
		for range each {
			err := h.try(func(ctx context.Context, tx roster.Tx) error {
				for _, id := range []roster.MemberID{first, second} {
					before, err := tx.LockMember(ctx, h.scope(), id)
					if err != nil {
						return err
					}
					before.Groups = nil
					after := before
					after.Version++
					if err := tx.UpdateMember(ctx, before, after); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	for _, id := range []roster.MemberID{one.ID, two.ID} {
		wantSame(t, "version", int64(1+2*each), h.member(id).Version)
	}
}

func concurrentExclusive(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("m")
	var alone, beside atomic.Int64
	allWell(t, together(writers, func(i int) error {
		for range 10 {
			err := h.try(func(ctx context.Context, tx roster.Tx) error {
				if i%4 == 0 {
					if err := tx.Exclusive(ctx); err != nil {
						return err
					}
				}
				// An Update that only read once may still be without the lock.
				for range 2 {
					if _, err := tx.Member(ctx, h.scope(), m.ID, false); err != nil {
						return err
					}
				}
				mine := &beside
				if i%4 == 0 {
					mine = &alone
				}
				mine.Add(1)
				defer mine.Add(-1)
				if _, err := tx.Member(ctx, h.scope(), m.ID, false); err != nil {
					return err
				}
				if n, others := alone.Load(), beside.Load(); n > 1 || n == 1 && others > 0 {
					return fmt.Errorf("%d are exclusive and %d beside them", n, others)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

func concurrentGroup(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	var people []roster.Member
	for i := range writers * 4 {
		people = append(people, h.newMember(fmt.Sprintf("user-%d", i)))
	}
	h.insert(people...)
	g := h.addGroup("g")
	var added atomic.Int64
	allWell(t, together(writers, func(i int) error {
		// Each adds its own four and those of its neighbour.
		ids := idsOf(people[i*4 : min(i*4+8, len(people))])
		var n int
		err := h.try(func(ctx context.Context, tx roster.Tx) error {
			fresh, unknown, err := tx.AddToGroup(ctx, h.scope(), g.ID, ids)
			n = len(fresh)
			if len(unknown) > 0 {
				return fmt.Errorf("%d are unknown", len(unknown))
			}
			return err
		})
		added.Add(int64(n))
		return err
	}))
	wantSame(t, "members", len(people), len(h.groupMembers(g.ID)))
	wantSame(t, "added by all", int64(len(people)), added.Load())
}
