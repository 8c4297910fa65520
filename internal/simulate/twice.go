package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// send sends a request, once or, when that is its luck, twice. The answer is the one that did the work. The
// other is held against what the protocol says of a repetition; a *Difference, recorded, when it is not that.
func (s *step) send(ctx context.Context, req request, e expect) (answer, error) {
	if !s.luck.strikes(Duplicated) {
		return s.run.client.send(ctx, req, s.luck.draw())
	}
	first, second, firstErr, secondErr := s.pair(ctx, req)
	if ctx.Err() != nil {
		return first, context.Cause(ctx)
	}
	if firstErr != nil || secondErr != nil || transient(first.status) || transient(second.status) {
		// One of the two, or both, got nowhere: the vendor looks and asks again, as ever.
		if firstErr == nil && transient(first.status) && secondErr == nil {
			first, firstErr = second, nil
		}
		return first, firstErr
	}
	if !slices.Contains(e.statuses, first.status) && slices.Contains(e.statuses, second.status) {
		first, second = second, first
	}
	first.twice = true
	if err := s.repetition(req, e, first, second); err != nil {
		return first, err
	}
	return first, nil
}

// pair sends the request twice: at the same time, or one after the other.
func (s *step) pair(ctx context.Context, req request) (first, second answer, firstErr, secondErr error) {
	f := s.luck.draw()
	if s.luck.rng.IntN(2) == 0 {
		first, firstErr = s.run.client.send(ctx, req, f)
		second, secondErr = s.run.client.send(ctx, req, fate{})
		return first, second, firstErr, secondErr
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		second, secondErr = s.run.client.send(ctx, req, fate{})
	}()
	first, firstErr = s.run.client.send(ctx, req, f)
	<-done
	return first, second, firstErr, secondErr
}

// repeated is the status of a repetition that found its work done; 0: the same as of the first.
var repeated = map[string]int{http.MethodPost: http.StatusConflict, http.MethodDelete: http.StatusNotFound}

// repetition judges the second of two equal requests, when the first was answered.
func (s *step) repetition(req request, e expect, first, second answer) error {
	again := repeated[req.method]
	if again != 0 && second.status == first.status && second.status != again {
		return s.fault(req, fmt.Sprintf("of two such requests one does it, and the other is answered %d", again),
			fmt.Sprintf("status: both were answered %d", first.status))
	}
	if again != 0 {
		e.again = append(slices.Clone(e.again), again)
	}
	if req.method == http.MethodGet {
		e.check = nil // that of the first answer may count what it saw
	}
	second.tries = max(2, second.tries)
	_, err := s.settle(req, e, second, nil)
	if errors.Is(err, errDone) || errors.Is(err, errRefused) {
		return nil
	}
	return err
}
