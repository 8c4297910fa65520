package main

import (
	"context"

	"rollcall/internal/metrics"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/storage"
)

// counted counts the events that were committed.
type counted struct {
	roster.Store
	figures *metrics.Metrics
}

// Update implements roster.Store.
func (c counted) Update(ctx context.Context, id tenant.ID, f func(roster.Tx) error) error {
	var kinds []roster.EventKind
	err := c.Store.Update(ctx, id, func(tx roster.Tx) error {
		kinds = kinds[:0] // a transaction that is repeated writes its events anew
		return f(countedTx{tx, &kinds})
	})
	if err != nil {
		return err
	}
	for _, k := range kinds {
		c.figures.Event(string(k))
	}
	return nil
}

type countedTx struct {
	roster.Tx
	kinds *[]roster.EventKind
}

// AppendEvent implements roster.Tx.
func (t countedTx) AppendEvent(ctx context.Context, e roster.Event) error {
	err := t.Tx.AppendEvent(ctx, e)
	if err == nil {
		*t.kinds = append(*t.kinds, e.Kind)
	}
	return err
}

// measured is what the metrics know of a request.
func measured(rec web.Record) metrics.Request {
	r := metrics.Request{Door: rec.Door, Route: rec.Route, Method: web.KnownMethod(rec.Method), Status: rec.Status, Duration: rec.Duration}
	if !rec.Directory.IsZero() {
		r.Directory = rec.Directory.String()
	}
	return r
}

// showStore shows the figures of the store's connections.
func showStore(m *metrics.Metrics, db *storage.DB) {
	m.Gauge("store_connections_max", "Most connections to the database at a time.", func() float64 { return float64(db.Stats().Max) })
	m.Gauge("store_connections_open", "Connections to the database that exist.", func() float64 { return float64(db.Stats().Open) })
	m.Gauge("store_connections_busy", "Connections to the database in use.", func() float64 { return float64(db.Stats().Busy) })
	m.Counter("store_acquires_total", "Times a connection was taken.", func() float64 { return float64(db.Stats().Acquired) })
	m.Counter("store_waits_total", "Times a connection had to be waited for.", func() float64 { return float64(db.Stats().Waited) })
	m.Counter("store_shared_updates_total", "Changes that were written together with others (PostgreSQL).", func() float64 { return float64(db.Stats().Shared) })
	m.Counter("store_whole_updates_total", "Changes that took a transaction of their own (PostgreSQL).", func() float64 { return float64(db.Stats().Whole) })
	m.Counter("store_wait_seconds_total", "Time spent waiting for connections.", func() float64 { return db.Stats().WaitTime.Seconds() })
}
