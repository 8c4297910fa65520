package storagetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"rollcall/internal/roster"
)

func testFeed(t *testing.T, open opener) {
	check(t, open, []claim{
		{"events come back as they were written", feedRoundTrip},
		{"a reader beside writers misses nothing", feedFollow},
		{"an event that commits late is not passed over", feedLate},
		{"whom an actor turned off is told once each", feedTurnedOff},
	})
}

// patience bounds how long a test waits for what must come.
const patience = time.Minute

// events reads the feed from its start until it has at least n events. They may be visible only a
// while after they were written: as long as older transactions run anywhere in the database server.
func (h *house) events(n int) []roster.Event {
	h.t.Helper()
	f := follower{house: h}
	f.until(n)
	return f.read
}

// follower reads a feed by its cursor, a few events at a time.
type follower struct {
	*house
	after roster.Cursor
	read  []roster.Event
}

// follow reads one page and returns its length.
func (f *follower) follow() int {
	f.t.Helper()
	page, err := f.reader().Events(f.t.Context(), f.after, 7)
	if err != nil {
		f.t.Fatalf("Events: %v", err)
	}
	for _, e := range page {
		if !f.after.Before(e.Position) {
			f.t.Errorf("%v does not come behind %v", e.Position, f.after)
		}
		f.after = e.Position
	}
	f.read = append(f.read, page...)
	return len(page)
}

// until reads until there are n events, and what else is there then.
func (f *follower) until(n int) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), patience)
	defer cancel()
	for len(f.read) < n {
		if f.follow() == 0 && ctx.Err() != nil {
			f.t.Fatalf("the feed has %d events after a long time, want %d", len(f.read), n)
		}
	}
	for f.follow() > 0 {
	}
}

func feedRoundTrip(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m, g := roster.NewMemberID(epoch()), roster.NewGroupID(epoch())
	want := []roster.Event{
		{
			Kind: roster.MemberCreated, Member: m, Actor: roster.DirectoryActor(h.dir.ID), Version: 7, RequestID: "req-1",
			Data: json.RawMessage(`{"fields":["a","é\""],"state":{"to":"active"}}`),
		},
		{Kind: roster.GroupMembers, Group: g, Actor: roster.Actor{Source: roster.SourceOperator}},
	}
	var now time.Time
	h.update(func(ctx context.Context, tx roster.Tx) error {
		now = tx.Now()
		if now != tx.Now() || now.Location() != time.UTC || !now.Equal(now.Truncate(time.Millisecond)) {
			return fmt.Errorf("now is %v, then %v", now, tx.Now())
		}
		for _, e := range want {
			e.Position, e.At = roster.Cursor{Epoch: 1, Seq: 1}, epoch() // the store sets its own
			if err := tx.AppendEvent(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	got := h.events(len(want))
	if len(got) == len(want) && !got[0].Position.Before(got[1].Position) {
		t.Errorf("positions %v and %v are in disorder", got[0].Position, got[1].Position)
	}
	for i := range got {
		wantSame(t, "At", now, got[i].At)
		got[i].Position, got[i].At = roster.Cursor{}, time.Time{}
	}
	wantSame(t, "Events", want, got)
	first, err := h.reader().Events(t.Context(), roster.Cursor{}, 1)
	if err != nil {
		t.Fatalf("Events: %v", err)
	}
	wantSame(t, "Events with a limit", 1, len(first))
}

// feedFollow has writers that write one to three events each time, some of which give up, and a
// reader that pages by cursor all the while.
func feedFollow(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	const each = 20
	giveUp := errors.New("give up")
	done := make(chan []error, 1)
	go func() {
		done <- together(writers, func(i int) error {
			for n := range each {
				err := h.try(func(ctx context.Context, tx roster.Tx) error {
					for part := range 1 + n%3 {
						if err := tx.AppendEvent(ctx, roster.Event{Kind: roster.MemberUpdated, RequestID: fmt.Sprintf("%d/%d/%d", i, n, part)}); err != nil {
							return err
						}
						// A read sends what was written, so that commits come in another order than inserts.
						if _, err := tx.Admins(ctx, "admin", roster.MemberID{}); err != nil {
							return err
						}
					}
					if n%5 == 4 {
						return giveUp
					}
					return nil
				})
				if err != nil && !errors.Is(err, giveUp) {
					return err
				}
			}
			return nil
		})
	}()
	f := follower{house: h}
	for running := true; running; {
		select {
		case errs := <-done:
			allWell(t, errs)
			running = false
		default:
			f.follow()
		}
	}
	total := 0
	for n := range each {
		if n%5 != 4 {
			total += writers * (1 + n%3)
		}
	}
	f.until(total)
	seen := map[string]int{}
	for _, e := range f.read {
		seen[e.RequestID]++
	}
	for i := range writers {
		for n := range each {
			for part := range 1 + n%3 {
				id, want := fmt.Sprintf("%d/%d/%d", i, n, part), 1
				if n%5 == 4 {
					want = 0
				}
				if seen[id] != want {
					t.Errorf("event %s was read %d times, want %d", id, seen[id], want)
				}
			}
		}
	}
	wantSame(t, "the feed read again", h.events(total), f.read)
}

// feedLate holds a transaction open that has written its event, while a later one commits.
func feedLate(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	if !b.Parallel {
		return // there is one writer at a time, so nothing commits late
	}
	event := func(ctx context.Context, tx roster.Tx, id string) error {
		if err := tx.AppendEvent(ctx, roster.Event{Kind: roster.MemberUpdated, RequestID: id}); err != nil {
			return err
		}
		_, err := tx.Admins(ctx, "admin", roster.MemberID{}) // sends it
		return err
	}
	f := follower{house: h}
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if err := event(ctx, tx, "late"); err != nil {
			return err
		}
		h.update(func(ctx context.Context, tx roster.Tx) error { return event(ctx, tx, "early") })
		f.follow()
		return nil
	})
	f.follow()
	h.update(func(ctx context.Context, tx roster.Tx) error { return event(ctx, tx, "last") })
	f.until(3)
	var read []string
	for _, e := range f.read {
		read = append(read, e.RequestID)
	}
	wantSame(t, "events read", byText([]string{"late", "early", "last"}), byText(read))
}

func feedTurnedOff(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	dir, other := roster.DirectoryActor(h.dir.ID), roster.DirectoryActor(h.addDirectory("other").ID)
	ids := make([]roster.MemberID, 4)
	for i := range ids {
		ids[i] = roster.NewMemberID(epoch().Add(time.Duration(i) * time.Second))
	}
	tell := func(kind roster.EventKind, m roster.MemberID, a roster.Actor) {
		h.update(func(ctx context.Context, tx roster.Tx) error {
			return tx.AppendEvent(ctx, roster.Event{Kind: kind, Member: m, Actor: a})
		})
	}
	var before, after time.Time
	h.update(func(_ context.Context, tx roster.Tx) error { before = tx.Now(); return nil })
	tell(roster.MemberRemoved, ids[2], dir)
	tell(roster.MemberDeactivated, ids[0], dir)
	tell(roster.MemberDeactivated, ids[0], dir)
	tell(roster.MemberActivated, ids[1], dir)
	tell(roster.MemberDeactivated, ids[1], other)
	tell(roster.MemberDeactivated, ids[3], roster.Actor{Source: roster.SourceAdmin, ID: dir.ID})
	h.update(func(_ context.Context, tx roster.Tx) error { after = tx.Now().Add(time.Hour); return nil })
	for _, look := range []struct {
		name  string
		actor roster.Actor
		since time.Time
		limit int
		want  []roster.MemberID
	}{
		{"all", dir, before, 0, []roster.MemberID{ids[0], ids[2]}},
		{"no more than asked for", dir, before, 1, ids[:1]},
		{"by another", other, before, 0, ids[1:2]},
		{"later", dir, after, 0, nil},
	} {
		got, err := h.reader().TurnedOff(t.Context(), look.actor, look.since, look.limit)
		wantSame(t, look.name, []any{look.want, error(nil)}, []any{got, err})
	}
}
