package storagetest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

func addRace(t *testing.T, s ShortLived) {
	for round := range 20 {
		k := keyOf(fmt.Sprint(round))
		var added, told atomic.Int64
		for _, err := range together(8, func(i int) error {
			there, err := s.Store.Add(t.Context(), k, []byte("v"), time.Hour)
			switch {
			case err != nil:
			case there == nil:
				added.Add(1)
			case string(there) == "v":
				told.Add(1)
			}
			return err
		}) {
			if err != nil {
				t.Fatalf("Add: %v", err)
			}
		}
		wantSame(t, "adders who added", 1, int(added.Load()))
		wantSame(t, "adders who were told", 7, int(told.Load()))
		if err := s.Store.Put(t.Context(), k, nil, time.Hour); err != nil {
			t.Fatalf("Put: %v", err)
		}
		there, err := s.Store.Add(t.Context(), k, []byte("w"), time.Hour)
		if err != nil || there == nil || len(there) > 0 {
			t.Errorf("Add where an empty value is = %q, %v; want it", there, err)
		}
		if _, err := s.Store.Take(t.Context(), k); err != nil {
			t.Errorf("Take what was added: %v", err)
		}
	}
}
