package storage

import (
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// findPerson reads a person's id, or nothing. On PostgreSQL a session sees only the person whose
// address it has named.
func (t *tx) findPerson(e roster.Email, brief bool) []statement {
	t.people[e] = roster.PersonID{}
	find := statement{brief: brief, sql: `SELECT id FROM people WHERE email_fold = $1`, args: []any{string(e)}, each: func(r row) error {
		var id ident
		err := r.Scan(&id)
		t.people[e] = roster.PersonID{UUID: tenant.UUID(id)}
		return err
	}}
	if t.db.dialect == sqlite {
		return []statement{find}
	}
	return []statement{{brief: brief, sql: `SELECT set_config('rollcall.person', $1, true)`, args: []any{string(e)}}, find}
}

// Person implements roster.Tx. Where LockMatches has looked for the address already it costs no
// round trip. A new person is written at the end; should another transaction make the same one
// meanwhile, this one is repeated and finds it (see repeatable).
func (t *tx) Person(ctx context.Context, e roster.Email) (roster.PersonID, error) {
	if _, looked := t.people[e]; !looked {
		if err := t.run(ctx, "find person", t.findPerson(e, false)...); err != nil {
			delete(t.people, e)
			return roster.PersonID{}, err
		}
	}
	if id := t.people[e]; !id.IsZero() {
		return id, nil
	}
	id := roster.NewPersonID(t.now)
	add := statement{part: 'p', sql: `INSERT INTO people (id, email_fold) VALUES ($1, $2)`, args: []any{ident(id.UUID), string(e)}}
	if err := t.later(ctx, "make person", add); err != nil {
		return roster.PersonID{}, err
	}
	t.people[e] = id
	return id, nil
}

// AddAddress implements roster.Tx.
func (t *tx) AddAddress(ctx context.Context, id roster.PersonID, e roster.Email) error {
	delete(t.people, e) // to be looked for again
	// Without a target the conflict needs no right to read.
	return t.later(ctx, "add address", statement{
		part: 'a', sql: `INSERT INTO people (id, email_fold) VALUES ($1, $2) ON CONFLICT DO NOTHING`, args: []any{ident(id.UUID), string(e)},
	})
}

// PersonElsewhere implements roster.Tx. On PostgreSQL it waits for others who ask for the address until
// their end, or two tenants at once would both be told no; SQLite has one writer at a time.
func (t *tx) PersonElsewhere(ctx context.Context, e roster.Email) (bool, error) {
	s := statement{sql: `SELECT rollcall_person_elsewhere($1)`, args: []any{string(e)}}
	if t.db.dialect == sqlite {
		s.sql = `SELECT EXISTS (SELECT 1 FROM people p JOIN person_members pm ON pm.person_id = p.id
			WHERE p.email_fold = $1 AND pm.live AND pm.tenant_id <> $2)`
		s.args = append(s.args, t.me())
	}
	var elsewhere bool
	s.each = func(r row) error { return r.Scan(&elsewhere) }
	list := []statement{s}
	if t.db.dialect == postgres {
		lock := statement{sql: `SELECT pg_advisory_xact_lock(hashtext('rollcall address'), hashtext($1))`, args: []any{string(e)}}
		list = []statement{lock, s}
	}
	err := t.run(ctx, "look for the person elsewhere", list...)
	return elsewhere, err
}

// link notes which person a member is.
func (t *tx) link(m roster.Member) statement {
	if m.Person.IsZero() {
		return statement{part: 'x', sql: `DELETE FROM person_members WHERE tenant_id = $1 AND member_id = $2`, args: []any{t.me(), ident(m.ID.UUID)}}
	}
	return statement{
		part: 'l', sql: `INSERT INTO person_members (tenant_id, member_id, person_id, live) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id, member_id) DO UPDATE SET person_id = excluded.person_id, live = excluded.live`,
		args: []any{t.me(), ident(m.ID.UUID), ident(m.Person.UUID), !m.Removed()},
	}
}
