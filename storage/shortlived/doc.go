// Package shortlived keeps what may be lost: one-time state of sign-ins, the replay guard, rate
// limits, and notices of revocations between replicas. None of it is worth a transaction, and the
// roster decides nothing by it.
//
// Redis holds it for many replicas, Memory for one. Both pass storagetest.RunShortLived. What a loss
// means: a sign-in that was under way starts again; a limit forgets what was used of it; a
// subscriber is told of the gap and forgets what it cached. Only the replay guard must not forget
// quietly, so it fails closed: an error means that nobody may pass.
//
// Errors are of the roster's kinds: Unavailable, within Timeout, when Redis can't be asked or Memory
// is full; Invalid for lifetimes and rates that make no sense.
package shortlived

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Timeout bounds each call to Redis, connecting included.
const Timeout = 500 * time.Millisecond

// MaxValue is the most bytes that OneTime keeps under a key.
const MaxValue = 64 << 10

// Key names something short-lived. Keys that differ in one part never meet, whatever the parts hold.
type Key struct {
	// Use is what it is for, such as sign_in_state; chosen by the program, never by a request.
	Use string
	// Tenant is whose it is; zero before the tenant is known.
	Tenant tenant.ID
	// Name may come from a request: it may have any length and any bytes, and is stored hashed.
	Name string
}

// OneTime keeps values that are used once, or for a time.
type OneTime interface {
	// Put keeps a value until it is taken, or for ttl, and replaces what was there. TooLarge for more
	// than MaxValue bytes.
	Put(ctx context.Context, k Key, value []byte, ttl time.Duration) error
	// Add keeps a value unless there is one already: of several that add at once, one does. It returns
	// the value that was there, and nil when it added. Errors as of Put.
	Add(ctx context.Context, k Key, value []byte, ttl time.Duration) (there []byte, err error)
	// Take returns a value and removes it: of several that take the same, one gets it. NotFound.
	Take(ctx context.Context, k Key) ([]byte, error)
}

// Replays remembers what was used already.
type Replays interface {
	// FirstTime says whether the key was not seen within its ttl, and remembers it for ttl: of several
	// that ask at once, one is the first. After an error nothing is known: refuse.
	FirstTime(ctx context.Context, k Key, ttl time.Duration) (bool, error)
	// Forget makes the key as if it had not been seen. It is for who was the first and could not do
	// what the key stands for, so that the next one may. One that was never seen is no error.
	Forget(ctx context.Context, k Key) error
}

// Limits bounds how often something happens (GCRA, the leaky bucket as a meter).
type Limits interface {
	// Allow takes n permits, all or none; n 0 asks without taking. Invalid for a rate without a count,
	// a time or a burst, and for n above the burst, which no waiting would help.
	Allow(ctx context.Context, k Key, r Rate, n int) (Decision, error)
}

// Rate is Count permits in each Per, of which up to Burst may be taken at once.
type Rate struct {
	Count int
	Per   time.Duration
	Burst int
}

// Decision is the answer to Allow.
type Decision struct {
	Allowed bool
	// Remaining permits could be taken at once, now.
	Remaining int
	// RetryAfter is how long to wait until n permits are there; zero when they were.
	RetryAfter time.Duration
}

// Notice tells replicas that somebody's access ended or changed, so that they drop what they cached
// of it.
type Notice struct {
	Tenant tenant.ID `json:"tenant"`
	// Member is whose access it is; zero: everybody's of the tenant.
	Member roster.MemberID `json:"member,omitzero"`
	// Gap says that notices may have been lost, of any tenant; the other fields are empty. Drop all
	// that is cached and read the tenants' events, which are the truth.
	Gap bool `json:"gap,omitempty"`
}

// Notices carries notices between replicas.
type Notices interface {
	// Publish sends a notice to those who subscribe now. Nobody hearing it is no error.
	Publish(ctx context.Context, n Notice) error
	// Subscribe returns notices that are published after it returned, to this process's own too, in
	// the order of each publisher. Notices may be lost, when the connection breaks or the reader is
	// slow; then one with Gap follows, and nothing that was lost is sent again. The channel is closed
	// when ctx ends or the store is closed.
	Subscribe(ctx context.Context) (<-chan Notice, error)
}

// Store is all of it.
type Store interface {
	OneTime
	Replays
	Limits
	Notices
	// Close ends all subscriptions. Calls after it are Unavailable.
	Close() error
}

var (
	_ Store = (*Memory)(nil)
	_ Store = (*Redis)(nil)
)
