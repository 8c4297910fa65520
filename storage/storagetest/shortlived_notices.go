package storagetest

import (
	"context"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/storage/shortlived"
)

// next reads a notice, or fails after a long time.
func next(t *testing.T, from <-chan shortlived.Notice) (shortlived.Notice, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	select {
	case n, open := <-from:
		return n, open
	case <-ctx.Done():
		t.Fatal("no notice came")
		return shortlived.Notice{}, false
	}
}

func subscribe(t *testing.T, ctx context.Context, s ShortLived) <-chan shortlived.Notice {
	t.Helper()
	notices, err := s.Store.Subscribe(ctx)
	if err != nil {
		t.Fatalf("Subscribe: %v", err)
	}
	return notices
}

func noticesReach(t *testing.T, s ShortLived) {
	ctx, cancel := context.WithCancel(t.Context())
	if err := s.Store.Publish(ctx, shortlived.Notice{}); err != nil {
		t.Errorf("Publish to nobody: %v", err)
	}
	one, two := subscribe(t, ctx, s), subscribe(t, t.Context(), s)
	var want []shortlived.Notice
	for i := range 20 {
		n := shortlived.Notice{Tenant: tenant.ID{UUID: tenant.NewUUID(epoch())}}
		if i%2 == 0 {
			n.Member = roster.NewMemberID(epoch())
		}
		want = append(want, n)
		if err := s.Store.Publish(ctx, n); err != nil {
			t.Fatalf("Publish: %v", err)
		}
	}
	for name, from := range map[string]<-chan shortlived.Notice{"one": one, "two": two} {
		var got []shortlived.Notice
		for range want {
			n, _ := next(t, from)
			got = append(got, n)
		}
		wantSame(t, "notices of "+name, want, got)
	}
	cancel()
	if n, open := next(t, one); open {
		t.Errorf("a notice after the end: %+v", n)
	}
}

func noticesGap(t *testing.T, s ShortLived) {
	slow, marker := subscribe(t, t.Context(), s), subscribe(t, t.Context(), s)
	const many = 1000
	for range many {
		if err := s.Store.Publish(t.Context(), shortlived.Notice{Tenant: tenant.ID{UUID: tenant.NewUUID(epoch())}}); err != nil {
			t.Fatalf("Publish: %v", err)
		}
		next(t, marker) // so that the slow one's have come too, or nearly
	}
	gap, read := false, 0
	for !gap {
		n, _ := next(t, slow)
		gap = n.Gap
		read++
	}
	if read >= many {
		t.Errorf("the gap came after %d notices, of which none was lost", read)
	}
	last := shortlived.Notice{Tenant: tenant.ID{UUID: tenant.NewUUID(epoch())}}
	if err := s.Store.Publish(t.Context(), last); err != nil {
		t.Fatalf("Publish: %v", err)
	}
	for n := (shortlived.Notice{}); n != last; {
		n, _ = next(t, slow) // goes on behind the gap
	}
}
