package google

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/internal/provlog"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// Log takes in what a run did, and never waits; *provlog.Recorder is the implementation.
type Log interface{ Add(c *provlog.Capture) }

// Puller reads directories. All fields but Google, Log and Budget are required. It is safe for
// concurrent use.
type Puller struct {
	Roster *roster.Roster
	Key    secret.Key // opens the keys of service accounts
	Now    func() time.Time
	Google Config
	Log    Log // nil: nothing is logged
	// Budget is how long one run may take; 0: 12 minutes. What is left is the next run's.
	Budget time.Duration
}

const (
	budget = 12 * time.Minute
	// keepEvery is how often a run renews its lease.
	keepEvery = roster.PullHold / 4
	// endTime bounds the last note of a run whose context has ended.
	endTime = 10 * time.Second
	// thoroughEvery is how often all groups are compared, whatever Google says has not changed.
	thoroughEvery = 24 * time.Hour
	// retryRefused is how long a record that was refused, and has not changed since, is passed over.
	retryRefused = time.Hour
)

// Pull brings a directory into line with Google now. thorough has it look at everything, also at what
// earlier runs left to be passed over. That Google could not be read is no error: the run's Outcome,
// Code and Detail tell.
//
// Errors: NotFound when the directory is not pulled; Conflict with pull_under_way while another run is
// under way, or when the settings were changed in its midst; Unavailable when the directory is paused,
// or the store can't be reached.
func (p *Puller) Pull(ctx context.Context, id tenant.ID, directory tenant.DirectoryID, thorough bool) (roster.PullRun, error) {
	began := p.Now().UTC().Truncate(time.Millisecond)
	me := tenant.NewUUID(began)
	pull, cfg, err := p.Roster.BeginPull(ctx, id, directory, me, thorough)
	if err != nil {
		return roster.PullRun{}, err
	}
	limit := p.Budget
	if limit == 0 {
		limit = budget
	}
	r := &run{
		Puller: p, id: me, tenant: id, pull: pull, state: pull.State, kept: began, began: began, end: began.Add(limit),
		thorough: began.Sub(pull.State.ThoroughAt) >= thoroughEvery, store: p.Roster.Store.Reader(id),
	}
	r.follow(cfg)
	r.out.StartedAt = began
	err = r.sync(ctx)
	return r.finish(ctx, err)
}

// errLate says that the run's time is over.
var errLate = errors.New("the run's time is over")

// run is one run over one directory.
type run struct {
	*Puller
	id       tenant.UUID
	tenant   tenant.ID
	pull     roster.Pull
	state    roster.PullState // as it will be noted
	by       roster.By
	version  int64 // of the tenant's configuration, as far as refusals depend on it
	thorough bool
	began    time.Time
	end      time.Time
	kept     time.Time // when the lease was last renewed

	store  roster.Reader
	google *client
	people *people
	marks  marks
	again  []user // refused because somebody else had the name or address
	whole  bool   // everything was read
	out    roster.PullRun
}

// follow takes in the tenant's configuration as it is now.
func (r *run) follow(cfg tenant.Config) {
	d, _ := cfg.Directory(r.pull.Directory)
	r.by = roster.By{Tenant: r.tenant, Directory: d, RequestID: tenant.Format("pull", r.id)}
	r.version = cfg.Tenant.Version
	for _, dom := range cfg.Domains {
		r.version = r.version*31 + int64(len(dom.Status)) + dom.ChangedAt.UnixMilli()
	}
}

// step is taken before each request and each change: it ends the run when its time is over, and renews
// the lease, which also finds out that the directory was paused or the settings changed.
func (r *run) step(ctx context.Context) error {
	now := r.Now()
	switch {
	case ctx.Err() != nil:
		return ctx.Err() //nolint:wrapcheck // finish looks at it
	case !now.Before(r.end):
		return errLate
	case now.Sub(r.kept) < keepEvery:
		return nil
	}
	_, cfg, err := r.Roster.KeepPull(ctx, r.tenant, r.pull.Directory, r.id)
	if err != nil {
		return err
	}
	r.kept = now
	r.follow(cfg)
	return r.marks.flush(ctx, r)
}

// sync reads everything and applies what differs.
func (r *run) sync(ctx context.Context) error {
	plain, err := r.Key.Open(r.pull.SealedKey, about(r.pull.Directory))
	var key Key
	if err == nil {
		key, err = ParseKey(plain)
	}
	if err != nil {
		return &Failure{Code: roster.CodePullKey, Detail: "The key of the service account can't be opened with this master key (ROLLCALL_MASTER_KEY). Set it anew with --service-account.", Err: err}
	}
	r.google = &client{Config: r.Google.filled(), key: key, subject: r.pull.Settings.Subject, now: r.Now, before: r.step}
	if r.marks, err = readMarks(ctx, r.store, r.pull.Directory); err != nil {
		return err
	}
	if r.people, err = readPeople(ctx, r.store, r.pull.Directory); err != nil {
		return err
	}
	if err := r.syncPeople(ctx); err != nil {
		return err
	}
	if !r.pull.Settings.NoGroups {
		if err := r.syncGroups(ctx); err != nil {
			return err
		}
	}
	r.whole = true
	return nil
}

// finish notes how the run ended. Its error is one that is not Google's.
func (r *run) finish(ctx context.Context, err error) (roster.PullRun, error) {
	interrupted := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	if r.google != nil {
		r.out.Calls = r.google.calls
	}
	r.out.EndedAt = r.Now().UTC().Truncate(time.Millisecond)
	failure, failed := errors.AsType[*Failure](err)
	more := false
	switch {
	case err == nil:
		r.out.Outcome = roster.PullComplete
		r.state.Failures, r.state.CompleteAt, r.state.GroupsAfter = 0, r.out.EndedAt, ""
		if r.thorough {
			r.state.ThoroughAt = r.began
		}
	case errors.Is(err, errLate) || interrupted:
		err, more = nil, true
		r.out.Outcome, r.out.Detail = roster.PullPartial, "The run was ended before everything was read. The next one, which follows at once, goes on."
	case failed:
		err = nil
		r.state.Failures++
		r.out.Outcome, r.out.Code, r.out.Detail = roster.PullFailed, failure.Code, failure.Detail
	default:
		r.out.Outcome, r.out.Detail = roster.PullPartial, "The run was ended before everything was read."
	}
	r.state.Last = r.out
	r.logRun(failure)
	err = errors.Join(err, r.marks.flush(ctx, r), r.Roster.EndPull(ctx, r.tenant, r.pull.Directory, r.id, r.state, more))
	if err != nil {
		return r.out, fmt.Errorf("pull a directory: %w", err)
	}
	return r.out, nil
}
