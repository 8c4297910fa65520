package storage

import (
	"context"

	"rollcall/internal/tenant"
)

// statement is one SQL statement and what becomes of its rows.
type statement struct {
	sql  string // arguments are $1, $2 …
	args []any
	// once says that the text was made for this one use, so that it is not worth keeping prepared.
	once bool
	// each is called for each row; nil: there are none.
	each func(row) error
	// brief says that it reads few rows by a key: others may wait for it (see together).
	brief bool
	// expects says that it must write a row: in a draft, which has locked nothing, all fails when it
	// does not.
	expects bool
	// apart says that in a draft it must come behind the other writes, as a statement of its own, because it
	// reads what they lock.
	apart bool
	// part names the text of a write that may be merged with others (see merger); 0: it may not.
	part byte
	// taken says which row is in the way when a unique index of the statement's table refuses it.
	taken *taken
}

// row is a row of an answer.
type row interface{ Scan(dest ...any) error }

// session runs statements for one tenant.
type session interface {
	// run runs statements in order, on one state of the database, and reads all their rows.
	run(ctx context.Context, list ...statement) error
	// feed runs a statement that reads events, up to the horizon (see dialect.horizon).
	feed(ctx context.Context, s statement) error
}

// writing is the session of an Update.
type writing interface {
	session
	// later runs statements before the next run or at the commit, whichever comes first. Their
	// rows, if any, are read then.
	later(ctx context.Context, list ...statement) error
	// exclusive makes the transaction the only one of its tenant. It must come first.
	exclusive()
	// configVersion is that of the tenant's configuration, read in the first round trip; 0: not known.
	configVersion() int64
	// forgetGrants makes every process drop what it remembers of the tenant's credentials.
	forgetGrants(ctx context.Context) error
	// draft is the session itself when it is one; else nil.
	draft() *draft
}

// backend is one of the two databases.
type backend interface {
	// reader runs each call on its own.
	reader(id tenant.ID) session
	// view runs f on one state of the database.
	view(ctx context.Context, id tenant.ID, f func(session) error) error
	// update runs f once and commits when it returns nil.
	update(ctx context.Context, id tenant.ID, f func(writing) error) error
	// note writes for one tenant after the other, all or none, without waiting for the disk.
	note(ctx context.Context, list []logged) error
	// locate runs a statement as the tenant that a row of the locator names.
	locate(ctx context.Context, kind, key string, s statement) error
	// tenants runs a statement that reads one table as each of the tenants, ordered by slug. Where the
	// database shows them all at once, which of them is up to the statement.
	tenants(ctx context.Context, which slugs, s statement) error
	// migrate and pending apply and list the migrations that are not in the database yet.
	migrate(ctx context.Context) ([]string, error)
	pending(ctx context.Context) ([]string, error)
	ping(ctx context.Context) error
	openJobs(ctx context.Context) (*JobPool, error)
	stats() Stats
	close() error
}

// slugs says which tenants are gone through: those whose slug is behind after, at most limit; 0: all.
type slugs struct {
	after string
	limit int
}

// one makes an each that reads one row into dest and notes that it was there.
func one(found *bool, dest ...any) func(row) error {
	return func(r row) error {
		*found = true
		return r.Scan(dest...)
	}
}
