package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"rollcall/internal/tenant"
)

// Job is one run of a job.
type Job struct {
	ID      int64
	Kind    string
	Attempt int             // 1: the first
	Tenant  tenant.ID       // zero: a job of the whole gateway
	Args    json.RawMessage // as they were given to Enqueue; nil: none
}

// WorkFunc does a job. It ends soon after ctx does. After an error it is called again later, unless
// that is one of GiveUp.
type WorkFunc func(ctx context.Context, j Job) error

// GiveUp makes an error that no repetition would mend: the job is not tried again.
func GiveUp(err error) error { return river.JobCancel(err) }

// Kind is a sort of jobs.
type Kind struct {
	// Name is what Enqueue calls it; a word of lower-case letters and underscores.
	Name string
	Work WorkFunc
	// Every makes it periodic: one replica runs it once in each such period, counted from 1970. 0: only
	// what is enqueued is run.
	Every time.Duration
	// Timeout bounds one run; 0: a minute. At most MaxTimeout.
	Timeout time.Duration
}

// MaxTimeout is the longest that a run may take.
const MaxTimeout = 15 * time.Minute

// Outcome says how a run ended.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Retried Outcome = "retried" // it failed, and will be tried again
	Failed  Outcome = "failed"  // it failed, and is given up
)

// Config is what an Engine needs.
type Config struct {
	Kinds  []Kind
	Logger *slog.Logger
	Now    func() time.Time
	// Observe is told of each run that ended. Optional.
	Observe func(kind string, o Outcome, took time.Duration)
	// Workers is how many jobs run at once; 0: 4.
	Workers int
	// RescueAfter is when a job whose worker was killed is tried again; 0: 20 minutes. No less than MaxTimeout,
	// or jobs that still run would run twice.
	RescueAfter time.Duration
	// Hasty leaves out the pauses by which replicas keep out of each other's way; for tests.
	Hasty bool
}

// Engine runs jobs. Make it with New.
type Engine struct {
	start, stop, stopNow func(context.Context) error
}

// New makes an engine that works on a database through River's driver for it. The error says which
// kind can't be.
func New[Tx any](driver riverdriver.Driver[Tx], c Config) (*Engine, error) {
	workers, periodic, err := c.register()
	if err != nil {
		return nil, err
	}
	count := c.Workers
	if count == 0 {
		count = 4
	}
	rescue := c.RescueAfter
	if rescue == 0 {
		rescue = MaxTimeout + 5*time.Minute
	}
	config := &river.Config{
		Queues:       map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: count}},
		Workers:      workers,
		PeriodicJobs: periodic,
		JobTimeout:   time.Minute,
		// What a run did is in the log and the metrics; what failed for good is worth a look.
		CompletedJobRetentionPeriod: 48 * time.Hour,
		DiscardedJobRetentionPeriod: 30 * 24 * time.Hour,
		RescueStuckJobsAfter:        rescue,
		ReindexerSchedule:           river.NeverSchedule(), // the application's role does not own the tables
		Logger:                      slog.New(loud{c.Logger.Handler()}),
		TestOnly:                    c.Hasty,
	}
	if c.Hasty {
		config.FetchCooldown, config.FetchPollInterval = time.Millisecond, 10*time.Millisecond
	}
	client, err := river.NewClient(driver, config)
	if err != nil {
		return nil, fmt.Errorf("make the job engine: %w", err)
	}
	return &Engine{client.Start, client.Stop, client.StopAndCancel}, nil
}

func (c Config) register() (*river.Workers, []*river.PeriodicJob, error) {
	workers := river.NewWorkers()
	var periodic []*river.PeriodicJob
	known := map[string]bool{}
	for _, k := range c.Kinds {
		switch {
		case !sane(k.Name) || k.Work == nil || known[k.Name]:
			return nil, nil, fmt.Errorf("job kind %q: it needs a name of its own of lower-case letters and underscores, and work", k.Name)
		case k.Timeout > MaxTimeout:
			return nil, nil, fmt.Errorf("job kind %q: a run may take %v at most", k.Name, MaxTimeout)
		}
		known[k.Name] = true
		river.AddWorkerArgs(workers, args{kind: k.Name}, &worker{kind: k, config: c})
		if k.Every > 0 {
			periodic = append(periodic, river.NewPeriodicJob(river.PeriodicInterval(k.Every), once(k), &river.PeriodicJobOpts{ID: k.Name, RunOnStart: true}))
		}
	}
	return workers, periodic, nil
}

func sane(name string) bool {
	for _, r := range name {
		if r != '_' && (r < 'a' || r > 'z') {
			return false
		}
	}
	return name != ""
}

// once makes the row of a period. That the period is part of its unique key keeps a second one out
// when another replica is elected.
func once(k Kind) river.PeriodicJobConstructor {
	return func() (river.JobArgs, *river.InsertOpts) {
		return args{kind: k.Name}, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: k.Every}}
	}
}

// Run works until ctx ends. Then it takes no new jobs and lets those under way end; after grace their
// contexts end, and they are tried again by whoever is there. It returns nil when none was cut off.
func (e *Engine) Run(ctx context.Context, grace time.Duration) error {
	background := context.WithoutCancel(ctx)
	if err := e.start(background); err != nil {
		return fmt.Errorf("start the job engine: %w", err)
	}
	<-ctx.Done()
	patience, cancel := context.WithTimeout(background, grace)
	defer cancel()
	err := e.stop(patience)
	if err == nil {
		return nil
	}
	// A job that does not obey its context must not keep the program.
	last, cancel := context.WithTimeout(background, lastTime)
	defer cancel()
	if now := e.stopNow(last); now != nil {
		err = errors.Join(err, now)
	}
	return fmt.Errorf("jobs still ran after %v and were cut off: %w", grace, err)
}

// lastTime is how long jobs may take to obey the end of their context.
const lastTime = 5 * time.Second
