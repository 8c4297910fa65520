package storagetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/storage/shortlived"
)

// ShortLived is an empty store of what may be lost.
type ShortLived struct {
	Store shortlived.Store
	// Advance moves the store's clock on; nil: nobody can, and what needs it is not tested.
	Advance func(time.Duration)
}

// RunShortLived runs the suite for what may be lost. open makes a store of the test's own and cleans
// up after it.
func RunShortLived(t *testing.T, open func(t *testing.T) ShortLived) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s ShortLived)
	}{
		{"a value is taken once", onceTaken},
		{"of many takers one gets it", onceRace},
		{"a value ends with its lifetime", onceExpires},
		{"of many adders one adds, the others are told of it", addRace},
		{"keys do not run into each other", keysApart},
		{"the first time comes once", firstOnce},
		{"the first time comes again after the lifetime", firstAgain},
		{"the first time comes again when it is forgotten", firstForgotten},
		{"a limit gives its burst and then its rate", limitRate},
		{"a limit counts what many take at once", limitRace},
		{"what makes no sense is invalid", limitsInvalid},
		{"notices reach all who subscribe", noticesReach},
		{"a slow reader is told of the gap", noticesGap},
		{"a closed store is unavailable", closedStore},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, open(t))
		})
	}
}

func keyOf(name string) shortlived.Key { return shortlived.Key{Use: "test", Name: name} }

func onceTaken(t *testing.T, s ShortLived) {
	ctx, k := t.Context(), keyOf("k")
	_, err := s.Store.Take(ctx, k)
	wantKind(t, "Take of what never was", roster.NotFound, err)
	for _, value := range [][]byte{[]byte("first"), []byte("second\x00\xff"), {}} {
		if err := s.Store.Put(ctx, k, []byte("replaced"), time.Hour); err != nil {
			t.Fatalf("Put: %v", err)
		}
		if err := s.Store.Put(ctx, k, value, time.Hour); err != nil {
			t.Fatalf("Put: %v", err)
		}
		got, err := s.Store.Take(ctx, k)
		if err != nil || !bytes.Equal(got, value) {
			t.Errorf("Take = %q, %v; want %q", got, err, value)
		}
		_, err = s.Store.Take(ctx, k)
		wantKind(t, "Take a second time", roster.NotFound, err)
	}
}

func onceRace(t *testing.T, s ShortLived) {
	for round := range 20 {
		k := keyOf(fmt.Sprint(round))
		if err := s.Store.Put(t.Context(), k, []byte("v"), time.Hour); err != nil {
			t.Fatalf("Put: %v", err)
		}
		won := 0
		for _, err := range together(8, func(int) error {
			_, err := s.Store.Take(t.Context(), k)
			return err
		}) {
			if err == nil {
				won++
				continue
			}
			wantKind(t, "Take", roster.NotFound, err)
		}
		wantSame(t, "takers who got it", 1, won)
	}
}

func onceExpires(t *testing.T, s ShortLived) {
	if s.Advance == nil {
		return
	}
	for _, c := range []struct {
		after time.Duration
		there bool
	}{{time.Minute - time.Millisecond, true}, {time.Minute, false}, {time.Hour, false}} {
		if err := s.Store.Put(t.Context(), keyOf("k"), []byte("v"), time.Minute); err != nil {
			t.Fatalf("Put: %v", err)
		}
		s.Advance(c.after)
		_, err := s.Store.Take(t.Context(), keyOf("k"))
		wantSame(t, fmt.Sprintf("there after %v", c.after), c.there, err == nil)
	}
}

func keysApart(t *testing.T, s ShortLived) {
	one, two := tenant.ID{UUID: tenant.NewUUID(epoch())}, tenant.ID{UUID: tenant.NewUUID(epoch())}
	keys := []shortlived.Key{
		{Use: "a", Tenant: one, Name: "n"},
		{Use: "a", Tenant: two, Name: "n"},
		{Use: "a", Name: "n"},
		{Use: "b", Tenant: one, Name: "n"},
		{Use: "a", Tenant: one, Name: "n:n"},
		{Use: "a:n", Tenant: one, Name: "n"},
		{Use: "a", Tenant: one, Name: ""},
		{Use: "a", Tenant: one, Name: "N"},
		{Use: "a", Tenant: one, Name: "n\x00"},
		{Use: "a", Name: one.UUID.UUID() + ":n"},
		{Use: "a", Tenant: one, Name: string(bytes.Repeat([]byte("n"), 100_000))},
	}
	for i, k := range keys {
		if err := s.Store.Put(t.Context(), k, []byte{byte(i)}, time.Hour); err != nil {
			t.Fatalf("Put: %v", err)
		}
		first, err := s.Store.FirstTime(t.Context(), k, time.Hour)
		wantSame(t, fmt.Sprintf("first time of key %d", i), []any{true, error(nil)}, []any{first, err})
		d, err := s.Store.Allow(t.Context(), k, shortlived.Rate{Count: 1, Per: time.Hour, Burst: 1}, 1)
		wantSame(t, fmt.Sprintf("limit of key %d", i), []any{true, error(nil)}, []any{d.Allowed, err})
	}
	for i, k := range keys {
		got, err := s.Store.Take(t.Context(), k)
		wantSame(t, fmt.Sprintf("value of key %d", i), []any{[]byte{byte(i)}, error(nil)}, []any{got, err})
	}
}

func firstOnce(t *testing.T, s ShortLived) {
	for round := range 20 {
		var first atomic.Int64
		allWell(t, together(8, func(int) error {
			yes, err := s.Store.FirstTime(t.Context(), keyOf(fmt.Sprint(round)), time.Hour)
			if yes {
				first.Add(1)
			}
			return err
		}))
		wantSame(t, "those who were first", int64(1), first.Load())
	}
}

func firstForgotten(t *testing.T, s ShortLived) {
	k := keyOf("forgotten")
	for round := range 2 {
		if err := s.Store.Forget(t.Context(), k); err != nil { // at first it was never seen
			t.Fatalf("Forget: %v", err)
		}
		for i, want := range []bool{true, false} {
			first, err := s.Store.FirstTime(t.Context(), k, time.Hour)
			wantSame(t, fmt.Sprintf("first time %d of round %d", i, round), []any{want, error(nil)}, []any{first, err})
		}
	}
}

func firstAgain(t *testing.T, s ShortLived) {
	if s.Advance == nil {
		return
	}
	for i, step := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {0, false}, {59 * time.Second, false}, {time.Second, true}, {59 * time.Second, false}} {
		s.Advance(step.after)
		got, err := s.Store.FirstTime(t.Context(), keyOf("k"), time.Minute)
		wantSame(t, fmt.Sprintf("step %d", i), []any{step.want, error(nil)}, []any{got, err})
	}
}

func closedStore(t *testing.T, s ShortLived) {
	ctx := t.Context()
	notices := subscribe(t, ctx, s)
	if err := s.Store.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if n, open := next(t, notices); open {
		t.Errorf("a notice after the end: %+v", n)
	}
	_, errTake := s.Store.Take(ctx, keyOf("k"))
	_, errFirst := s.Store.FirstTime(ctx, keyOf("k"), time.Hour)
	_, errAllow := s.Store.Allow(ctx, keyOf("k"), shortlived.Rate{Count: 1, Per: time.Second, Burst: 1}, 1)
	_, errSubscribe := s.Store.Subscribe(ctx)
	for _, err := range slices.Concat([]error{errTake, errFirst, errAllow, errSubscribe},
		[]error{s.Store.Put(ctx, keyOf("k"), nil, time.Hour), s.Store.Publish(ctx, shortlived.Notice{})}) {
		if !errors.Is(err, roster.Unavailable) {
			t.Errorf("after Close: %v, want kind %q", err, roster.Unavailable)
		}
	}
}
