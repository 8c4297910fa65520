package simulate

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// maxDifferences bounds what a Summary keeps.
const maxDifferences = 25

// run is one run of one vendor's sequence.
type run struct {
	cfg    Config
	client *client
	people []*person
	teams  []*team

	late    late       // changes that were held back
	renames sync.Once  // one note about refused renames
	mu      sync.Mutex // guards the summary and the reporter
	summary Summary
}

// action does one step, or keeps the company's books between two. An error ends the run.
type action func(context.Context) error

// sequences holds the order of steps of each vendor.
var sequences = map[Vendor]func(*run) []action{
	Entra:  (*run).entra,
	Okta:   (*run).okta,
	Google: (*run).google,
}

// Run plays the vendor's whole sequence and compares the service's roster with the company. It returns an
// error that wraps the first *Difference when any answer was unexpected, an error without one when the
// configuration is wrong, ctx ended, or the service stayed away for longer than Config.Patience; after the last two the
// same call may be made again and goes on. The Summary covers what was done in any case.
func Run(ctx context.Context, cfg Config) (Summary, error) {
	cfg, base, err := cfg.complete()
	if err != nil {
		return Summary{}, fmt.Errorf("simulate: %w", err)
	}
	r := &run{cfg: cfg, people: crew(cfg), teams: teams(cfg)}
	r.client = &client{base: base, header: headers(cfg.Vendor, cfg.Token), cfg: &r.cfg}
	r.summary = Summary{Vendor: cfg.Vendor, Dialect: cfg.Dialect, Domain: cfg.Domain}
	if len(cfg.Trouble) > 0 {
		r.summary.Trouble, r.summary.TroubleSeed = map[Trouble]int{}, cfg.TroubleSeed
		for _, kind := range cfg.Trouble {
			r.summary.Trouble[kind] = 0
		}
	}
	start := cfg.Now()
	for _, next := range sequences[cfg.Vendor](r) {
		if err = next(ctx); err != nil {
			break
		}
	}
	r.summary.DurationMS = millis(cfg.Now().Sub(start))
	return r.summary, r.outcome(err)
}

// outcome turns what ended the run, nil for its natural end, into what Run returns.
func (r *run) outcome(err error) error {
	if _, ok := errors.AsType[*lostError](err); ok {
		return fmt.Errorf("the service stays away (run the same again to go on): %w", err)
	}
	if _, ok := errors.AsType[*Difference](err); err != nil && !ok {
		return err
	}
	if len(r.summary.Differences) > 0 {
		return fmt.Errorf("%d unexpected answers, the first in %w", r.summary.Unexpected, r.summary.Differences[0])
	}
	return err
}

// forPeople does one stage for everybody whom chosen names; what it skips is not counted.
func (r *run) forPeople(ctx context.Context, st stage, chosen func(*person) bool, do func(context.Context, *step, *person) error) error {
	var who []*person
	for _, p := range r.people {
		if chosen(p) {
			who = append(who, p)
		}
	}
	return r.each(ctx, st, len(who),
		func(ctx context.Context, s *step, i int) error { return do(ctx, s, who[i]) },
		func(i int) { who[i].aside.Store(true) })
}

// forTeams is forPeople for groups.
func (r *run) forTeams(ctx context.Context, st stage, chosen func(*team) bool, do func(context.Context, *step, *team) error) error {
	var which []*team
	for _, t := range r.teams {
		if chosen(t) {
			which = append(which, t)
		}
	}
	return r.each(ctx, st, len(which),
		func(ctx context.Context, s *step, i int) error { return do(ctx, s, which[i]) },
		func(i int) { which[i].aside.Store(true) })
}

// once does one stage that concerns no single object. A fault in it does not end the run.
func (r *run) once(ctx context.Context, st stage, do func(context.Context, *step) error) error {
	return r.each(ctx, st, 1, func(ctx context.Context, s *step, _ int) error { return do(ctx, s) }, func(int) {})
}

func (r *run) stepDone(res StepResult) {
	r.tell(func(rep Reporter) {
		r.summary.Requests += res.Asked
		r.summary.Unexpected += res.Unexpected
		r.summary.Retried += res.Retried
		if res.Asked == 0 && res.Unexpected == 0 {
			return
		}
		r.summary.Steps = append(r.summary.Steps, res)
		rep.Step(res)
	})
}

func (r *run) differ(d *Difference) {
	r.tell(func(rep Reporter) {
		if len(r.summary.Differences) < maxDifferences {
			r.summary.Differences = append(r.summary.Differences, d)
		}
		rep.Differ(d)
	})
}

func (r *run) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.tell(func(rep Reporter) {
		r.summary.Notes = append(r.summary.Notes, text)
		rep.Note(text)
	})
}

func (r *run) tell(say func(Reporter)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	say(r.cfg.Report)
}

// first reports which of the vendor's two dialects object i speaks at its k-th change.
func (r *run) first(i, k int) bool {
	switch r.cfg.Dialect {
	case Legacy, Wizard:
		return true
	case Modern, Catalogue:
		return false
	default:
		return (i+k)%2 == 0
	}
}
