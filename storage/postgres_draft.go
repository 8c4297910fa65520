package storage

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// draft is how an Update begins. It reads what is brief without a lock and without a transaction, and
// sends its writes together with those of other drafts: each write says which version it is based on,
// and fails where that is not the stored one. Most changes of members read once, then write, and meet
// nobody. An Update that asks for more becomes a transaction of its own, which begins with the locks
// that the draft did without. One that did meet somebody is done again, as such a transaction from
// its beginning.
//
// A refusal that may rest on a configuration which has changed meanwhile is decided again as well.
type draft struct {
	b       *pgBackend
	id      tenant.ID
	read    bool // something was
	config  int64
	members []memberVersion // read without a lock
	waiting []statement
	whole   *pgTx // what it became; nil: still a draft
}

type memberVersion struct {
	id      roster.MemberID
	version int64
}

const (
	// Fail with a division by zero when what a draft is based on is no longer so.
	expectConfig  = `SELECT 1 / count(*) FROM tenants WHERE tenant_id = $1 AND config_version = $2`
	expectVersion = `WITH found AS (SELECT FROM members WHERE tenant_id = $1 AND id = $2 AND version = $3 FOR UPDATE) SELECT 1 / count(*) FROM found`
)

// try runs f. done says that the outcome is final.
func (d *draft) try(ctx context.Context, f func(writing) error) (done bool, err error) {
	defer func() {
		if d.whole != nil {
			d.whole.release()
		}
	}()
	err = f(d)
	switch {
	case d.whole != nil:
		if err == nil {
			err = d.whole.finish(ctx) // its first trip, perhaps
		}
		return !d.met(), err
	case err != nil && d.config != 0:
		return false, nil
	case err != nil || len(d.waiting) == 0 && d.config == 0:
		return true, err
	case len(d.waiting) == 0: // that nothing is to be done may rest on the configuration as well
		err = d.b.readShared(ctx, d.id, []statement{{sql: expectConfig, args: []any{ident(d.id.UUID), d.config}}})
		return !undone(err), err
	}
	u := &unit{ctx: ctx, list: d.waiting, config: d.config}
	if len(d.members) > 0 {
		u.key = d.members[0].id.UUID
	}
	err = d.b.writes.do(d.id, u)
	if undone(err) || errors.Is(err, errOutdated) || errors.Is(err, errShared) {
		return false, nil
	}
	return true, err
}

// met says that what became of the draft found something changed.
func (d *draft) met() bool {
	pg, ok := errors.AsType[*pgconn.PgError](d.whole.failed)
	return ok && pg.Code == stateDivisionByZero
}

// fresh says that nothing was read or written yet; false for nil.
func (d *draft) fresh() bool {
	return d != nil && d.whole == nil && !d.read && len(d.waiting) == 0
}

func (d *draft) run(ctx context.Context, list ...statement) error {
	if d.fresh() && !slices.ContainsFunc(list, func(s statement) bool { return !s.brief }) {
		d.read = true
		return d.b.readShared(ctx, d.id, list)
	}
	d.become()
	return d.whole.run(ctx, list...)
}

// become makes a transaction of what was a draft: its first round trip takes the locks that were done
// without.
func (d *draft) become() {
	if d.whole != nil {
		return
	}
	d.whole = d.b.transaction(d.id)
	if d.config != 0 {
		d.whole.opening = append(d.whole.opening, statement{sql: expectConfig, args: []any{ident(d.id.UUID), d.config}})
	}
	for _, m := range d.members {
		d.whole.opening = append(d.whole.opening, statement{sql: expectVersion, args: []any{ident(d.id.UUID), ident(m.id.UUID), m.version}})
	}
	d.whole.waiting = d.waiting
}

// unlocked notes that a member was read without a lock.
func (d *draft) unlocked(m roster.Member) {
	d.members = append(d.members, memberVersion{m.ID, m.Version})
}

func (d *draft) later(ctx context.Context, list ...statement) error {
	if d.whole != nil {
		return d.whole.later(ctx, list...)
	}
	d.waiting = append(d.waiting, list...)
	return nil
}

func (d *draft) feed(ctx context.Context, s statement) error {
	d.become()
	return d.whole.feed(ctx, s)
}

func (d *draft) exclusive() {
	d.become()
	d.whole.exclusive()
}

func (d *draft) configVersion() int64 {
	if d.whole == nil {
		return 0
	}
	return d.whole.configVersion()
}

func (d *draft) forgetGrants(ctx context.Context) error {
	d.become()
	return d.whole.forgetGrants(ctx)
}

func (d *draft) draft() *draft {
	if d.whole != nil {
		return nil
	}
	return d
}
