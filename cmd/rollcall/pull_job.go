package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rollcall/internal/google"
	"rollcall/internal/jobs"
	"rollcall/internal/roster"
)

// pullSlots is how many directories one replica reads at once, and pullAgain when it looks again after
// one that found no slot.
const (
	pullSlots = 4
	pullAgain = 10 * time.Second
)

// puller makes what reads directories. The master key is read when it is needed first: a gateway
// without such directories need not have one.
func (p *program) puller(r *roster.Roster) func() (*google.Puller, error) {
	return func() (*google.Puller, error) {
		key, err := p.key()
		if err != nil {
			return nil, err
		}
		puller := &google.Puller{Roster: r, Key: key, Now: p.now, Google: p.google}
		if p.recorder != nil {
			puller.Log = p.recorder
		}
		return puller, nil
	}
}

// pullWork reads the directory that a job names. A run that went wrong is not repeated by itself: the
// next one is due soon.
func pullWork(puller func() (*google.Puller, error)) jobs.WorkFunc {
	slots := make(chan struct{}, pullSlots)
	return func(ctx context.Context, j jobs.Job) error {
		var args roster.PullArgs
		if err := json.Unmarshal(j.Args, &args); err != nil {
			return jobs.GiveUp(fmt.Errorf("read the arguments of a pull: %w", err))
		}
		p, err := puller()
		if err != nil {
			return err
		}
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		default:
			return p.Roster.PostponePull(ctx, j.Tenant, args.Directory, pullAgain)
		}
		_, err = p.Pull(ctx, j.Tenant, args.Directory, false)
		e, ok := errors.AsType[*roster.Error](err)
		switch {
		case err == nil, errors.Is(err, roster.NotFound): // it is not pulled any more
			return nil
		case ok && (e.Code == roster.CodePullUnderWay || e.Code == roster.CodeDirectoryPaused):
			return nil
		}
		return jobs.GiveUp(err)
	}
}
