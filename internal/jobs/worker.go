package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// args are a job's arguments as River stores them; roster.JobArgs is the same with what is not
// encoded yet.
type args struct {
	kind string
	data stored
}

type stored struct {
	Tenant tenant.ID       `json:"tenant,omitzero"`
	Args   json.RawMessage `json:"args,omitempty"`
}

// Kind implements river.JobArgs.
func (a args) Kind() string { return a.kind }

// MarshalJSON implements json.Marshaler.
func (a args) MarshalJSON() ([]byte, error) { return json.Marshal(a.data) }

// UnmarshalJSON implements json.Unmarshaler.
func (a *args) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &a.data) }

// worker runs the jobs of one kind.
type worker struct {
	river.WorkerDefaults[args]
	kind   Kind
	config Config
}

// Timeout implements river.Worker.
func (w *worker) Timeout(*river.Job[args]) time.Duration { return w.kind.Timeout }

// Work implements river.Worker. What it returns is kept with the job.
func (w *worker) Work(ctx context.Context, j *river.Job[args]) error {
	began := w.config.Now()
	err := w.safely(ctx, Job{ID: j.ID, Kind: w.kind.Name, Attempt: j.Attempt, Tenant: j.Args.data.Tenant, Args: j.Args.data.Args})
	outcome := Done
	cancelled := errors.AsType[*river.JobCancelError]
	if _, final := cancelled(err); err != nil {
		outcome = Retried
		if final || j.Attempt >= j.MaxAttempts {
			outcome = Failed
		}
	}
	took := w.config.Now().Sub(began)
	if w.config.Observe != nil {
		w.config.Observe(w.kind.Name, outcome, took)
	}
	w.log(ctx, j, outcome, took, err)
	if err == nil {
		return nil
	}
	if _, final := cancelled(err); final {
		return river.JobCancel(private(err))
	}
	return private(err)
}

// safely runs the work and turns a panic into an error.
func (w *worker) safely(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.config.Logger.ErrorContext(ctx, "job panicked", "kind", j.Kind, "job", j.ID, "stack", string(debug.Stack()))
			err = errors.New("panic") // its value may hold anything
		}
	}()
	return w.kind.Work(ctx, j)
}

func (w *worker) log(ctx context.Context, j *river.Job[args], o Outcome, took time.Duration, err error) {
	level := slog.LevelDebug
	switch o {
	case Retried:
		level = slog.LevelWarn
	case Failed:
		level = slog.LevelError
	case Done:
	}
	attrs := []slog.Attr{
		slog.String("kind", w.kind.Name), slog.Int64("job", j.ID), slog.Int("attempt", j.Attempt),
		slog.String("outcome", string(o)), slog.Float64("duration_ms", float64(took.Microseconds())/1000),
	}
	if !j.Args.data.Tenant.IsZero() {
		attrs = append(attrs, slog.String("tenant", j.Args.data.Tenant.String()))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", private(err).Error()))
	}
	w.config.Logger.LogAttrs(ctx, level, "job", attrs...)
}

// private is an error without what it may quote of people: an error of the domain tells its kind,
// code and field, unless it is the store's, which quotes nobody.
func private(err error) error {
	e, ok := errors.AsType[*roster.Error](err)
	if !ok || e.Kind == roster.Unavailable {
		return err
	}
	return fmt.Errorf("refused: %w", &roster.Error{Kind: e.Kind, Code: e.Code, Field: e.Field})
}

// loud passes on what River itself has to warn of. How jobs ended is told by worker.
type loud struct{ slog.Handler }

// Enabled implements slog.Handler.
func (h loud) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

// Handle implements slog.Handler. That a job failed is told once, by worker.
func (h loud) Handle(ctx context.Context, r slog.Record) error {
	if strings.Contains(r.Message, "Job errored") {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h loud) WithAttrs(a []slog.Attr) slog.Handler { return loud{h.Handler.WithAttrs(a)} }

// WithGroup implements slog.Handler.
func (h loud) WithGroup(name string) slog.Handler { return loud{h.Handler.WithGroup(name)} }
