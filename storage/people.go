package storage

import (
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// The tables of people span the tenants, so on PostgreSQL they are out of reach but for a few
// functions of their owner; see the migration. SQLite has one role and asks the tables.

// findPerson reads a person's id, or nothing.
func (t *tx) findPerson(e roster.Email) statement {
	sql := `SELECT id FROM people WHERE email_fold = $1`
	if t.db.dialect == postgres {
		sql = `SELECT rollcall_find_person($1)`
	}
	return statement{sql: sql, args: []any{string(e)}, each: func(r row) error {
		var id ident
		err := r.Scan(&id)
		t.people[e] = roster.PersonID{UUID: tenant.UUID(id)}
		return err
	}}
}

// Person implements roster.Tx. Where LockMatches has looked for the address already it costs no
// round trip.
func (t *tx) Person(ctx context.Context, e roster.Email) (roster.PersonID, error) {
	if _, looked := t.people[e]; !looked {
		t.people[e] = roster.PersonID{}
		if err := t.run(ctx, "find person", t.findPerson(e)); err != nil {
			delete(t.people, e)
			return roster.PersonID{}, err
		}
	}
	if id := t.people[e]; !id.IsZero() {
		return id, nil
	}
	id := roster.NewPersonID(t.now)
	sql := `INSERT INTO people (email_fold, id) VALUES ($1, $2)`
	if t.db.dialect == postgres {
		sql = `SELECT rollcall_add_person($1, $2)`
	}
	if err := t.later(ctx, "make person", statement{sql: sql, args: []any{string(e), ident(id.UUID)}}); err != nil {
		return roster.PersonID{}, err
	}
	t.people[e] = id
	return id, nil
}

// AddAddress implements roster.Tx.
func (t *tx) AddAddress(ctx context.Context, id roster.PersonID, e roster.Email) error {
	sql := `INSERT INTO people (email_fold, id) VALUES ($1, $2) ON CONFLICT (email_fold) DO NOTHING`
	if t.db.dialect == postgres {
		sql = `SELECT rollcall_add_address($1, $2)`
	}
	delete(t.people, e)
	return t.later(ctx, "add the address of a person", statement{sql: sql, args: []any{string(e), ident(id.UUID)}})
}

// PersonElsewhere implements roster.Tx.
func (t *tx) PersonElsewhere(ctx context.Context, e roster.Email) (bool, error) {
	s := statement{sql: `SELECT rollcall_person_elsewhere($1)`, args: []any{string(e)}}
	if t.db.dialect == sqlite {
		s.sql = `SELECT EXISTS (SELECT 1 FROM people p JOIN person_members pm ON pm.person_id = p.id
			WHERE p.email_fold = $1 AND pm.live AND pm.tenant_id <> $2)`
		s.args = append(s.args, t.me())
	}
	var elsewhere bool
	s.each = func(r row) error { return r.Scan(&elsewhere) }
	err := t.run(ctx, "look for the person elsewhere", s)
	return elsewhere, err
}

// link notes which person a member is.
func (t *tx) link(m roster.Member) statement {
	if t.db.dialect == postgres {
		return statement{
			sql:  `SELECT rollcall_link_person($1, $2, $3)`,
			args: []any{ident(m.ID.UUID), ident(m.Person.UUID), !m.Removed()},
		}
	}
	if m.Person.IsZero() {
		return statement{sql: `DELETE FROM person_members WHERE tenant_id = $1 AND member_id = $2`, args: []any{t.me(), ident(m.ID.UUID)}}
	}
	return statement{
		sql: `INSERT INTO person_members (tenant_id, member_id, person_id, live) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id, member_id) DO UPDATE SET person_id = excluded.person_id, live = excluded.live`,
		args: []any{t.me(), ident(m.ID.UUID), ident(m.Person.UUID), !m.Removed()},
	}
}
