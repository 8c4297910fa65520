package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"rollcall/internal/roster"
)

// maxAttempts is how often a job is tried, over some days, before it is given up.
const maxAttempts = 20

// Enqueue implements roster.Tx. The row is as River's own client would write it; it leaves together
// with the transaction's other writes.
func (t *tx) Enqueue(ctx context.Context, kind string, args any, at time.Time) error {
	text, err := json.Marshal(roster.JobArgs{Tenant: t.tenant, Args: args})
	if err != nil {
		return fmt.Errorf("enqueue %s: encode its arguments: %w", kind, err)
	}
	state := "scheduled"
	if !at.After(t.now) {
		state, at = "available", t.now
	}
	list := []statement{{
		sql:  t.db.dialect.enqueue(),
		args: []any{kind, string(text), state, t.db.dialect.jobTime(at), maxAttempts},
	}}
	if state == "available" && t.db.dialect == postgres {
		list = append(list, statement{sql: `SELECT pg_notify(current_schema() || '.river_insert', '{"queue": "default"}')`})
	}
	return t.later(ctx, "enqueue "+kind, list...)
}

// enqueue inserts a job of River's.
func (d dialect) enqueue() string {
	if d == postgres {
		return `INSERT INTO river_job (kind, args, state, scheduled_at, max_attempts) VALUES ($1, $2::text::jsonb, $3::text::river_job_state, $4, $5)`
	}
	// What River writes itself is in UTC with milliseconds, and it compares times as text.
	return `INSERT INTO river_job (kind, args, state, scheduled_at, max_attempts, created_at) VALUES ($1, $2, $3, $4, $5, datetime('now', 'subsec'))`
}

// jobTime is a time as River's tables hold it.
func (d dialect) jobTime(t time.Time) any {
	if d == postgres {
		return instant(t)
	}
	return truncate(t).Format("2006-01-02 15:04:05.999")
}

// JobPool are connections for the job engine alone, so that it never waits for requests, nor they for
// it. One of the two is set.
type JobPool struct {
	Postgres *pgxpool.Pool
	SQLite   *sql.DB
}

// OpenJobs opens connections for the job engine, as the role that requests run as. Close them when
// it has stopped.
func (db *DB) OpenJobs(ctx context.Context) (*JobPool, error) {
	p, err := db.backend.openJobs(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect the job engine: %w", explain(err))
	}
	return p, nil
}

// Close gives the connections back.
func (p *JobPool) Close() error {
	if p.Postgres != nil {
		p.Postgres.Close()
		return nil
	}
	return p.SQLite.Close() //nolint:wrapcheck // nothing to add
}

// Oldest returns for how long the job that waits longest is due, 0 when none is, and how many are
// due.
func (p *JobPool) Oldest(ctx context.Context) (wait time.Duration, due int, err error) {
	var seconds float64
	if p.Postgres != nil {
		const query = `SELECT coalesce(extract(epoch FROM now() - min(scheduled_at)), 0)::float8, count(*)
			FROM river_job WHERE state IN ('available', 'retryable', 'scheduled') AND scheduled_at <= now()`
		err = p.Postgres.QueryRow(ctx, query).Scan(&seconds, &due)
	} else {
		const query = `SELECT coalesce((julianday('now', 'subsec') - julianday(min(scheduled_at))) * 86400.0, 0.0), count(*)
			FROM river_job WHERE state IN ('available', 'retryable', 'scheduled') AND scheduled_at <= datetime('now', 'subsec')`
		err = p.SQLite.QueryRowContext(ctx, query).Scan(&seconds, &due)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("look for the oldest job: %w", explain(err))
	}
	return time.Duration(seconds * float64(time.Second)), due, nil
}

// jobConns is enough for River to listen, to take jobs and to keep house.
const jobConns = 4

func (b *pgBackend) openJobs(ctx context.Context) (*JobPool, error) {
	config := b.pool.Config()
	config.MaxConns, config.MinConns, config.MinIdleConns = jobConns, 0, 0
	config.ConnConfig.RuntimeParams["application_name"] = "rollcall jobs"
	// Its statements come with their arguments bound, and have values that plans should know.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	delete(config.ConnConfig.RuntimeParams, "plan_cache_mode")
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("make the pool: %w", err)
	}
	return &JobPool{Postgres: pool}, nil
}

// openJobs opens a connection that takes the lock for writing when a transaction begins: one that
// reads first and writes then can be refused by SQLite without waiting.
func (b *liteBackend) openJobs(context.Context) (*JobPool, error) {
	std, err := sql.Open("sqlite", "file:"+(&url.URL{Path: b.path}).EscapedPath()+pragmas+"&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open the SQLite file: %w", err)
	}
	std.SetMaxOpenConns(1)
	return &JobPool{SQLite: std}, nil
}
