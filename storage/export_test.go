package storage

import (
	"context"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Plans are what PostgreSQL would do for the statements of an f, one plan for each statement. They
// are asked for as the application's role and with the bound arguments.
func (db *DB) Plans(ctx context.Context, id tenant.ID, f func(roster.Reader) error) ([]string, error) {
	e := &explainer{session: db.backend.reader(id)}
	err := f(&reader{db: db, tenant: id, s: e})
	return e.plans, err
}

// WritePlans is Plans for what an Update asks and writes. Nothing is written.
func (db *DB) WritePlans(ctx context.Context, id tenant.ID, f func(roster.Tx) error) ([]string, error) {
	e := &explainer{session: db.backend.reader(id)}
	t := &tx{
		reader: reader{db: db, tenant: id, s: e}, w: e, now: truncate(db.now()),
		members: map[roster.MemberID]int64{}, groups: map[roster.GroupID]int64{}, people: map[roster.Email]roster.PersonID{}, invites: map[roster.Email][]roster.Invite{},
		indexed: true, // of none: the explainer answers nothing
	}
	err := f(t)
	return e.plans, err
}

// CredentialPlan is the plan of a bearer token's look-up.
func (db *DB) CredentialPlan(ctx context.Context, id tenant.DirectoryID, hash [32]byte) (string, error) {
	var lines []string
	name := id.UUID.UUID()
	err := db.backend.locate(ctx, "directory", name, statement{
		sql: "EXPLAIN " + grantByHash, args: []any{name, ident(id.UUID), hash[:]}, each: rowsOf(&lines, scanLine),
	})
	return strings.Join(lines, "\n"), err
}

func scanLine(r row) (line string, err error) {
	err = r.Scan(&line)
	return line, err
}

// explainer asks for plans instead of running statements.
type explainer struct {
	session
	plans []string
}

func (e *explainer) run(ctx context.Context, list ...statement) error {
	for _, s := range list {
		var lines []string
		err := e.session.run(ctx, statement{sql: "EXPLAIN " + s.sql, args: s.args, once: s.once, each: rowsOf(&lines, scanLine)})
		if err != nil {
			return err
		}
		e.plans = append(e.plans, strings.Join(lines, "\n"))
	}
	return nil
}

func (e *explainer) feed(ctx context.Context, s statement) error {
	var lines []string
	s.sql, s.each = "EXPLAIN "+s.sql, rowsOf(&lines, scanLine)
	err := e.session.feed(ctx, s)
	e.plans = append(e.plans, strings.Join(lines, "\n"))
	return err
}

func (e *explainer) later(ctx context.Context, list ...statement) error { return e.run(ctx, list...) }
func (e *explainer) exclusive()                                         {}
func (e *explainer) configVersion() int64                               { return 0 }
func (e *explainer) draft() *draft                                      { return nil }
func (e *explainer) forgetGrants(context.Context) error                 { return nil }
