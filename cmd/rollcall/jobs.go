package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"rollcall/internal/issuer"
	"rollcall/internal/jobs"
	"rollcall/internal/mail"
	"rollcall/internal/metrics"
	"rollcall/internal/roster"
	"rollcall/storage"
)

// jobKinds is the list of what the gateway does by itself and later. Replicas share it: one of them runs
// each.
func (p *program) jobKinds(log *slog.Logger, figures *metrics.Metrics) []jobs.Kind {
	r := p.roster()
	r.Store = counted{p.db, figures}
	return []jobs.Kind{
		{Name: "refresh_metadata", Every: 15 * time.Minute, Timeout: jobs.MaxTimeout, Work: func(ctx context.Context, _ jobs.Job) error {
			return p.refreshMetadata(ctx, r)
		}},
		{Name: "notice_certificates", Every: time.Hour, Timeout: jobs.MaxTimeout, Work: func(ctx context.Context, _ jobs.Job) error {
			return r.NoticeCertificates(ctx)
		}},
		{Name: "apply_held", Every: time.Minute, Work: func(ctx context.Context, _ jobs.Job) error {
			_, err := r.ApplyHeld(ctx)
			return err
		}},
		{Name: "notice_expiring", Every: time.Hour, Timeout: jobs.MaxTimeout, Work: func(ctx context.Context, _ jobs.Job) error {
			return r.NoticeExpiring(ctx, r.Now())
		}},
		{Name: "watch_directories", Every: 5 * time.Minute, Work: func(ctx context.Context, _ jobs.Job) error {
			_, err := r.WatchDirectories(ctx)
			return err
		}},
		{Name: "check_domains", Every: 5 * time.Minute, Timeout: jobs.MaxTimeout, Work: func(ctx context.Context, _ jobs.Job) error {
			return checkDomains(ctx, r, log)
		}},
		{Name: "rotate_signing_keys", Every: time.Hour, Work: func(ctx context.Context, _ jobs.Job) error {
			key, err := p.key()
			if err != nil {
				return err
			}
			return p.signingKeys(key).Rotate(ctx)
		}},
		{Name: "drop_revocations", Every: time.Hour, Work: func(ctx context.Context, _ jobs.Job) error {
			return p.db.DropRevocations(ctx, r.Now().Add(-issuer.KeepRevocations))
		}},
		{Name: "sweep_sessions", Every: 10 * time.Minute, Timeout: jobs.MaxTimeout, Work: func(ctx context.Context, _ jobs.Job) error {
			return r.SweepSessions(ctx, r.Now())
		}},
		{Name: "prune_exchanges", Every: time.Hour, Timeout: jobs.MaxTimeout, Work: func(ctx context.Context, _ jobs.Job) error {
			_, err := r.PruneExchanges(ctx)
			return err
		}},
		{Name: "dispatch_pulls", Every: time.Minute, Work: func(ctx context.Context, _ jobs.Job) error {
			_, err := r.DispatchPulls(ctx)
			return err
		}},
		{Name: roster.PullJob, Timeout: jobs.MaxTimeout, Work: pullWork(p.puller(r))},
	}
}

// jobWorkers is how many jobs run at once; pulls, which may take minutes, never take all of them.
const jobWorkers = 2 * pullSlots

// jobEngine makes what runs jobs, on connections of its own, which closing gives back.
func (p *program) jobEngine(sender *mail.Sender, log *slog.Logger, figures *metrics.Metrics) (*jobs.Engine, *storage.JobPool, error) {
	pool, err := p.db.OpenJobs(p.ctx)
	if err != nil {
		return nil, nil, err
	}
	kinds := append(append(p.jobKinds(log, figures), mailJobs(sender)...), p.reviewJob(figures))
	config := jobs.Config{Workers: jobWorkers, Kinds: kinds, Logger: log, Now: p.now, Observe: func(kind string, o jobs.Outcome, took time.Duration) {
		figures.Job(kind, string(o), took)
	}}
	var engine *jobs.Engine
	if pool.Postgres != nil {
		engine, err = jobs.New(riverpgxv5.New(pool.Postgres), config)
	} else {
		engine, err = jobs.New(riversqlite.New(pool.SQLite), config)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w (%w)", err, pool.Close())
	}
	showJobs(figures, pool)
	return engine, pool, nil
}

// scrapeTime bounds what a scrape of metrics asks the database.
const scrapeTime = time.Second

// showJobs shows how far behind the jobs are. Where the database does not answer, the figure is -1.
func showJobs(m *metrics.Metrics, pool *storage.JobPool) {
	look := func(of func(wait time.Duration, due int) float64) func() float64 {
		return func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
			defer cancel()
			wait, due, err := pool.Oldest(ctx)
			if err != nil {
				return -1
			}
			return of(wait, due)
		}
	}
	m.Gauge("jobs_due", "Jobs that could run now and wait; -1: not known.", look(func(_ time.Duration, due int) float64 { return float64(due) }))
	m.Gauge("jobs_oldest_due_seconds", "For how long the oldest of them has waited; -1: not known.", look(func(wait time.Duration, _ int) float64 { return wait.Seconds() }))
}
