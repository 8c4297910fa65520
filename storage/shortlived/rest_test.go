package shortlived

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var r rest
		var back atomic.Bool
		var looks atomic.Int64
		look := func(context.Context) bool {
			looks.Add(1)
			return back.Load()
		}
		call := func(answers bool) bool {
			if !r.enter() {
				return false
			}
			r.leave(t.Context(), answers, look)
			return true
		}
		for range restAfter - 1 {
			if !call(false) {
				t.Fatal("turned away after too few failures")
			}
		}
		if !call(true) || !call(false) || !call(false) {
			t.Fatal("an answer in between did not count")
		}
		if call(true) {
			t.Error("a call goes on though the server does not answer")
		}
		time.Sleep(3*restFor + restFor/2) //nolint:forbidigo // in the time of the bubble
		synctest.Wait()
		if call(true) || looks.Load() != 3 {
			t.Errorf("after three seconds there were %d looks, want 3, and calls are turned away", looks.Load())
		}
		back.Store(true)
		time.Sleep(restFor) //nolint:forbidigo // in the time of the bubble
		synctest.Wait()
		if one, two := call(true), call(true); !one || !two {
			t.Error("the server is back, and calls are turned away")
		}
	})
}
