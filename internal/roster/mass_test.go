package roster

import (
	"testing"
	"time"

	"rollcall/internal/tenant"
)

// TestMassWatchCountsOftenEnough plays changes against the watch: between two
// counts never more than a step of deactivations may go by, whatever else the
// directory changes and however its changes fail.
func TestMassWatchCountsOftenEnough(t *testing.T) {
	t.Parallel()
	const step = 5
	id := tenant.DirectoryID{UUID: tenant.NewUUID(t0)}
	tests := []struct {
		name string
		run  func(w *massWatch, deactivate func(committed bool), rename func())
	}{
		{"deactivations only", func(_ *massWatch, deactivate func(bool), _ func()) { deactivate(true) }},
		{"a rename before each", func(_ *massWatch, deactivate func(bool), rename func()) { rename(); deactivate(true) }},
		{"each fails once", func(_ *massWatch, deactivate func(bool), _ func()) { deactivate(false); deactivate(true) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &massWatch{}
			uncounted, counts := 0, 0
			deactivate := func(committed bool) {
				c := w.begin(id, t0)
				c.off = true
				if c.due {
					c.counted, c.step = true, step
				}
				w.end(id, t0, c, committed)
				switch {
				case committed && c.counted:
					uncounted, counts = 0, counts+1
				case committed:
					uncounted++
				}
				if uncounted >= step {
					t.Fatalf("%d deactivations went by uncounted, want less than %d", uncounted, step)
				}
			}
			rename := func() { w.end(id, t0, w.begin(id, t0), true) }
			for range 50 {
				tt.run(w, deactivate, rename)
			}
			if counts == 0 || counts > 50/step+2 {
				t.Errorf("%d counts for 50 deactivations, want about %d", counts, 50/step)
			}
		})
	}
}

func TestMassWatchCountsAnewAfterTheWindow(t *testing.T) {
	t.Parallel()
	id := tenant.DirectoryID{UUID: tenant.NewUUID(t0)}
	w := &massWatch{}
	first := w.begin(id, t0)
	first.off, first.counted, first.step = true, true, 100
	w.end(id, t0, first, true)
	if w.begin(id, t0.Add(time.Minute)).due {
		t.Error("due again a minute after a count with a step of 100")
	}
	if !w.begin(id, t0.Add(massWindow)).due {
		t.Error("not due after the window")
	}
}
