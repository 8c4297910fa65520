package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// stage is a step as the vendors' files describe it.
type stage struct {
	name string
	asks string // shape of the request, for the report
	want string // what must come back, for the report
}

// step runs one stage for one object; what happens is counted for the whole stage.
type step struct {
	stage
	run  *run
	luck *luck // of the object that is being done
	*tally
}

// tally counts for all workers of a step.
type tally struct {
	mu       sync.Mutex
	result   StepResult
	took     []time.Duration
	done     int
	lastTold time.Time
}

const (
	tellEvery = 2 * time.Second
	tellFrom  = 300 // objects; below that a step is over before anybody asks
)

// each does one stage for n objects, several at once, and reports it. An object with an unexpected answer
// is given to aside and the others go on; what is returned ends the run.
func (r *run) each(ctx context.Context, st stage, n int, do func(context.Context, *step, int) error, aside func(int)) error {
	start := r.cfg.Now()
	s := &step{stage: st, run: r, luck: &luck{}, tally: &tally{lastTold: start}}
	s.result = StepResult{Name: st.name, Asks: st.asks, Wants: st.want, Statuses: map[int]int{}}
	work, workCtx := errgroup.WithContext(ctx)
	work.SetLimit(r.cfg.Concurrency)
	for _, i := range r.luckOf(st.name, -1).shuffled(n) {
		if workCtx.Err() != nil {
			break
		}
		work.Go(func() error {
			own := &step{stage: st, run: r, luck: r.luckOf(st.name, i), tally: s.tally}
			err := do(workCtx, own, i)
			s.finished(n)
			d, isDifference := errors.AsType[*Difference](err)
			if !isDifference {
				return err
			}
			aside(i)
			if d.hopeless() {
				return d
			}
			return nil
		})
	}
	err := work.Wait()
	s.result.timed(s.took, r.cfg.Now().Sub(start))
	r.stepDone(s.result)
	if err != nil {
		return err
	}
	return context.Cause(ctx)
}

// finished counts one object and tells how far the step is, now and then.
func (s *step) finished(n int) {
	now := s.run.cfg.Now()
	s.mu.Lock()
	s.done++
	done := s.done
	tell := n >= tellFrom && now.Sub(s.lastTold) >= tellEvery
	if tell {
		s.lastTold = now
	}
	s.mu.Unlock()
	if tell {
		s.run.tell(func(rep Reporter) { rep.Progress(s.name, done, n) })
	}
}

// ask sends one request and holds the answer against e. A *Difference is returned, and recorded, for an
// answer that is not as expected; errRefused for a refusal that e allows for; errDone when a repeated
// request was answered by one of e.again.
func (s *step) ask(ctx context.Context, req request, e expect) (answer, error) {
	ans, err := s.send(ctx, req, e)
	if _, told := errors.AsType[*Difference](err); told {
		return ans, err
	}
	return s.settle(req, e, ans, err)
}

func (s *step) settle(req request, e expect, ans answer, err error) (answer, error) {
	s.run.tell(func(rep Reporter) { rep.Exchange(s.name, req.method, req.target(), ans.status) })
	if err != nil {
		s.count(ans, func(*StepResult) {})
		return ans, err
	}
	v, lines := e.judge(ans)
	switch v {
	case unexpected:
		s.count(ans, func(r *StepResult) { r.Unexpected++ })
		d := difference(s.name, req, e, ans, lines)
		s.run.differ(d)
		return ans, d
	case refused:
		s.count(ans, func(r *StepResult) { r.Refused++ })
		return ans, fmt.Errorf("%w: %s", errRefused, trim(string(ans.body)))
	case doneBefore:
		s.count(ans, func(r *StepResult) { r.Expected++ })
		return ans, errDone
	default:
		s.count(ans, func(r *StepResult) { r.Expected++ })
		return ans, nil
	}
}

// create sends a POST and returns the id of what it made. When its answer is lost, it may have worked: find
// looks for the object ("" for none) before it is sent again.
func (s *step) create(ctx context.Context, req request, e expect, find func() (string, error)) (string, error) {
	req.once = true
	e.again = []int{http.StatusConflict}
	left := s.run.cfg.Patience
	for try := 1; ; try++ {
		ans, err := s.send(ctx, req, e)
		ans.tries = try
		if _, told := errors.AsType[*Difference](err); told {
			return "", err
		}
		_, lost := errors.AsType[*lostError](err)
		wait := pause(try, ans.after)
		if (!lost && (err != nil || !transient(ans.status))) || wait > left {
			ans, err = s.settle(req, e, ans, err)
			return s.madeBy(req, ans, err, find)
		}
		left -= wait
		if err := s.run.cfg.Sleep(ctx, wait); err != nil {
			return "", fmt.Errorf("wait before asking again: %w", err)
		}
		if !lost && ans.status == http.StatusTooManyRequests {
			continue // nothing was done, and nothing needs to be looked for
		}
		if id, err := find(); err != nil || id != "" {
			s.count(ans, func(r *StepResult) { r.Expected++ })
			return id, err
		}
	}
}

// madeBy is the id of what a POST made, whichever of several made it: those that were told 409 must be able to
// find it, and it must be the same that was answered.
func (s *step) madeBy(req request, ans answer, err error, find func() (string, error)) (string, error) {
	done := errors.Is(err, errDone)
	if !done && (err != nil || !ans.twice) {
		return idOf(ans, err)
	}
	found, err := find()
	if err != nil {
		return "", err
	}
	if found == "" {
		return "", s.fault(req, "that the match finds what was answered 409", "match: finds nothing")
	}
	if done {
		return found, nil
	}
	made, err := idOf(ans, nil)
	if err == nil && made != found {
		err = s.fault(req, "that the match finds what was made", fmt.Sprintf("id: made %q, found %q", made, found))
	}
	return made, err
}

func idOf(ans answer, err error) (string, error) {
	if err != nil {
		return "", err
	}
	made, err := parse(ans.body)
	return made.text("id"), err
}

var (
	errRefused = errors.New("refused by a rule of the service")
	errDone    = errors.New("done by an earlier try")
)

func (s *step) count(ans answer, add func(*StepResult)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Asked++
	s.result.Retried += max(0, ans.tries-1)
	if ans.status != 0 {
		s.result.Statuses[ans.status]++
		s.took = append(s.took, ans.took)
	}
	add(&s.result)
}

// fault records a difference that no single answer shows.
func (s *step) fault(req request, wanted string, lines ...string) error {
	s.mu.Lock()
	s.result.Unexpected++
	s.mu.Unlock()
	d := difference(s.name, req, expect{say: wanted}, answer{}, lines)
	s.run.differ(d)
	return d
}
