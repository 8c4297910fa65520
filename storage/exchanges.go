package storage

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Exchanges implements roster.ExchangeReader.
func (r *reader) Exchanges(ctx context.Context, q roster.ExchangeQuery) (roster.Page[roster.Exchange], error) {
	var page roster.Page[roster.Exchange]
	if q.Limit <= 0 {
		return page, nil
	}
	before := q.Before.UUID
	if before.IsZero() {
		before = tenant.UUID{0: 0xff} // behind all of version 7
	}
	where, args := "", []any{r.me(), ident(q.Directory.UUID), ident(before), ident(firstAt(q.Since)), q.Limit + 1}
	if q.Failed {
		where = " AND status >= 400"
	}
	if !q.Subject.IsZero() {
		where += " AND subject_id = $6"
		args = append(args, ident(q.Subject))
	}
	err := r.run(ctx, "list exchanges", statement{
		sql: `SELECT directory_id, id, status, subject_id, entry FROM exchanges
			WHERE tenant_id = $1 AND directory_id = $2 AND id < $3 AND id >= $4` + where + ` ORDER BY id DESC LIMIT $5`,
		args: args, each: rowsOf(&page.Items, scanExchange),
	})
	if len(page.Items) > q.Limit {
		page.Items, page.More = page.Items[:q.Limit], true
	}
	return page, err
}

// Exchange implements roster.ExchangeReader.
func (r *reader) Exchange(ctx context.Context, id roster.ExchangeID) (roster.Exchange, error) {
	var found []roster.Exchange
	err := r.run(ctx, "find exchange", statement{
		sql: `SELECT e.directory_id, e.id, e.status, e.subject_id, e.entry FROM directories d
			JOIN exchanges e ON e.tenant_id = d.tenant_id AND e.directory_id = d.id AND e.id = $2 WHERE d.tenant_id = $1`,
		args: []any{r.me(), ident(id.UUID)}, each: rowsOf(&found, scanExchange),
	})
	return first(found, err, "entry of the provisioning log")
}

func scanExchange(r row) (roster.Exchange, error) {
	var e roster.Exchange
	var directory, id, subject ident
	var entry []byte
	if err := r.Scan(&directory, &id, &e.Status, &subject, &entry); err != nil {
		return e, err //nolint:wrapcheck // the caller does
	}
	e.Directory.UUID, e.ID.UUID, e.Subject = tenant.UUID(directory), tenant.UUID(id), tenant.UUID(subject)
	e.At = timeOf(e.ID.UUID)
	if err := json.Unmarshal(entry, &e.ExchangeDetails); err != nil {
		return e, fmt.Errorf("decode an exchange: %w", err)
	}
	return e, nil
}

// firstAt is the least id that can have been made at a time, and the least of all for the zero time.
func firstAt(t time.Time) tenant.UUID {
	id := tenant.UUID{15: 1} // the zero id is NULL
	if !t.IsZero() {
		binary.BigEndian.PutUint64(id[:8], uint64(max(t.UnixMilli(), 0))<<16)
	}
	return id
}

// timeOf is when an id was made.
func timeOf(id tenant.UUID) time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(id[:8]) >> 16)).UTC()
}

// logged are the statements for one tenant.
type logged struct {
	tenant tenant.ID
	list   []statement
}

// AppendExchanges implements roster.ExchangeLog.
func (db *DB) AppendExchanges(ctx context.Context, batches []roster.ExchangeBatch) error {
	list := make([]logged, 0, len(batches))
	for _, b := range batches {
		l := logged{tenant: b.Tenant}
		entries, err := db.insertExchanges(b)
		if err != nil {
			return fmt.Errorf("append exchanges: %w", err)
		}
		l.list = append(l.list, entries...)
		for _, h := range b.Hours {
			l.list = append(l.list, addHour(b.Tenant, h))
		}
		for _, s := range b.Seen {
			l.list = append(l.list, db.dialect.mergeSighting(b.Tenant, s))
		}
		if len(l.list) > 0 {
			list = append(list, l)
		}
	}
	if err := db.repeat(ctx, func(int) error { return db.backend.note(ctx, list) }); err != nil {
		return fmt.Errorf("append exchanges: %w", explain(err))
	}
	return nil
}

// insertExchanges writes all entries of a tenant with one statement on PostgreSQL, where each has
// its price, and with one for each on SQLite.
func (db *DB) insertExchanges(b roster.ExchangeBatch) ([]statement, error) {
	n := len(b.Entries)
	if n == 0 {
		return nil, nil
	}
	directories, ids, statuses := make([]ident, n), make([]ident, n), make([]int16, n)
	subjects, texts := make([]ident, n), make([]string, n)
	for i, e := range b.Entries {
		text, err := json.Marshal(e.ExchangeDetails)
		if err != nil {
			return nil, fmt.Errorf("encode an exchange: %w", err)
		}
		directories[i], ids[i], subjects[i] = ident(e.Directory.UUID), ident(e.ID.UUID), ident(e.Subject)
		statuses[i], texts[i] = int16(e.Status), string(text)
	}
	if db.dialect == postgres {
		return []statement{{
			sql: `INSERT INTO exchanges (tenant_id, directory_id, id, status, subject_id, entry)
				SELECT $1::uuid, * FROM unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::uuid[], $6::text[]) ON CONFLICT DO NOTHING`,
			args: []any{ident(b.Tenant.UUID), directories, ids, statuses, subjects, texts},
		}}, nil
	}
	list := make([]statement, n)
	for i := range list {
		list[i] = statement{
			sql:  `INSERT INTO exchanges (tenant_id, directory_id, id, status, subject_id, entry) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			args: []any{ident(b.Tenant.UUID), directories[i], ids[i], statuses[i], subjects[i], texts[i]},
		}
	}
	return list, nil
}

// pruneStep is how many entries go at once, so that nobody waits long for it.
const pruneStep = 5000

// PruneExchanges implements roster.ExchangeLog.
func (db *DB) PruneExchanges(ctx context.Context, p roster.Prune) (int, error) {
	me, directory := ident(p.Tenant.UUID), ident(p.Directory.UUID)
	var over []tenant.UUID
	rd := &reader{db: db, tenant: p.Tenant, s: db.backend.reader(p.Tenant)}
	err := rd.run(ctx, "count exchanges", statement{
		sql:  `SELECT id FROM exchanges WHERE tenant_id = $1 AND directory_id = $2 ORDER BY id DESC LIMIT 1 OFFSET $3`,
		args: []any{me, directory, p.Keep},
		each: rowsOf(&over, func(r row) (tenant.UUID, error) {
			var id ident
			err := r.Scan(&id)
			return tenant.UUID(id), err
		}),
	})
	if err != nil {
		return 0, err
	}
	bound := firstAt(p.Before)
	if len(over) > 0 && string(over[0][:]) >= string(bound[:]) {
		bound = after(over[0])
	}
	gone := 0
	for step := pruneStep; step == pruneStep; {
		step = 0
		err := db.repeat(ctx, func(int) error {
			step = 0
			return db.backend.note(ctx, []logged{{p.Tenant, []statement{{
				sql: `DELETE FROM exchanges WHERE tenant_id = $1 AND directory_id = $2 AND id IN (
					SELECT id FROM exchanges WHERE tenant_id = $1 AND directory_id = $2 AND id < $3 ORDER BY id LIMIT $4) RETURNING status`,
				args: []any{me, directory, ident(bound), pruneStep},
				each: func(row) error {
					step++
					return nil
				},
			}}}})
		})
		if err != nil {
			return gone, fmt.Errorf("prune exchanges: %w", explain(err))
		}
		gone += step
	}
	err = db.backend.note(ctx, []logged{{p.Tenant, []statement{{
		sql:  `DELETE FROM directory_hours WHERE tenant_id = $1 AND directory_id = $2 AND hour < $3`,
		args: []any{me, directory, instant(cmp.Or(p.Hours, time.Unix(0, 0)))},
	}}}})
	if err != nil {
		return gone, fmt.Errorf("prune counts of hours: %w", explain(err))
	}
	return gone, nil
}

// after is the next id.
func after(id tenant.UUID) tenant.UUID {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i]++; id[i] != 0 {
			break
		}
	}
	return id
}
