package storage

import (
	"cmp"
	"context"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const hourCounts = `requests, failures, created, updated, deactivated, deleted,
	no_token, unknown_token, expired_token, revoked_token, other_directory, directory_ended`

// addHour adds counts to those that are there.
func addHour(id tenant.ID, h roster.DirectoryHour) statement {
	args := []any{
		ident(id.UUID), ident(h.Directory.UUID), instant(h.Hour), h.Requests, h.Failures, h.Created, h.Updated, h.Deactivated, h.Deleted,
	}
	for _, kind := range roster.AuthFailures() {
		args = append(args, h.Denied[kind])
	}
	return statement{sql: addHourSQL(), args: args}
}

func addHourSQL() string {
	var sums []string
	for column := range strings.SplitSeq(hourCounts, ",") {
		column = strings.TrimSpace(column)
		sums = append(sums, column+" = directory_hours."+column+" + excluded."+column)
	}
	return `INSERT INTO directory_hours (tenant_id, directory_id, hour, ` + hourCounts + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (tenant_id, directory_id, hour) DO UPDATE SET ` + strings.Join(sums, ", ")
}

// DirectoryHours implements roster.ExchangeReader.
func (r *reader) DirectoryHours(ctx context.Context, since time.Time) ([]roster.DirectoryHour, error) {
	var out []roster.DirectoryHour
	err := r.run(ctx, "list counts of hours", statement{
		sql: `SELECT directory_id, hour, ` + hourCounts + ` FROM directory_hours
			WHERE tenant_id = $1 AND hour >= $2 ORDER BY directory_id, hour`,
		args: []any{r.me(), instant(cmp.Or(since, time.Unix(0, 0)).Truncate(time.Hour))},
		each: rowsOf(&out, scanHour),
	})
	return out, err
}

func scanHour(r row) (roster.DirectoryHour, error) {
	var h roster.DirectoryHour
	var directory ident
	var hour instant
	kinds := roster.AuthFailures()
	denied := make([]int, len(kinds))
	dest := []any{&directory, &hour, &h.Requests, &h.Failures, &h.Created, &h.Updated, &h.Deactivated, &h.Deleted}
	for i := range denied {
		dest = append(dest, &denied[i])
	}
	err := r.Scan(dest...)
	h.Directory.UUID, h.Hour = tenant.UUID(directory), hour.time()
	for i, n := range denied {
		if n > 0 {
			if h.Denied == nil {
				h.Denied = map[roster.AuthFailure]int{}
			}
			h.Denied[kinds[i]] = n
		}
	}
	return h, err //nolint:wrapcheck // the caller does
}

// later is the later of a stored and a new time, either of which may be NULL.
func (d dialect) later(column string) string {
	was, is := "directory_sightings."+column, "excluded."+column
	if d == postgres {
		return column + " = greatest(" + was + ", " + is + ")"
	}
	return column + " = max(coalesce(" + was + ", " + is + "), coalesce(" + is + ", " + was + "))"
}

// named keeps a stored text when the new one is empty.
func named(column string) string {
	return column + " = CASE WHEN excluded." + column + " = '' THEN directory_sightings." + column + " ELSE excluded." + column + " END"
}

func (d dialect) mergeSighting(id tenant.ID, s roster.Sighting) statement {
	return statement{
		sql: `INSERT INTO directory_sightings (tenant_id, directory_id, first_at, last_at, last_change_at, last_denied_at, last_denied,
			  vendor, vendor_at, user_agent, alarms_version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)
			ON CONFLICT (tenant_id, directory_id) DO UPDATE SET
			  first_at = coalesce(directory_sightings.first_at, excluded.first_at), ` +
			strings.Join([]string{
				d.later("last_at"), d.later("last_change_at"), d.later("last_denied_at"), d.later("vendor_at"),
				named("last_denied"), named("vendor"), named("user_agent"),
			}, ", "),
		args: []any{
			ident(id.UUID), ident(s.Directory.UUID), instant(s.FirstAt), instant(s.LastAt), instant(s.LastChangeAt), instant(s.LastDeniedAt),
			string(s.LastDenied), string(s.Vendor), instant(s.VendorAt), s.UserAgent,
		},
	}
}

// Sightings implements roster.ExchangeReader.
func (r *reader) Sightings(ctx context.Context) ([]roster.Sighting, error) {
	var out []roster.Sighting
	err := r.run(ctx, "list sightings", statement{
		sql: `SELECT directory_id, first_at, last_at, last_change_at, last_denied_at, last_denied, vendor, vendor_at, user_agent,
			  silent_since, failing_since, alarms_version
			FROM directory_sightings WHERE tenant_id = $1 ORDER BY directory_id`,
		args: []any{r.me()}, each: rowsOf(&out, scanSighting),
	})
	return out, err
}

func scanSighting(r row) (roster.Sighting, error) {
	var s roster.Sighting
	var directory ident
	var first, last, changed, denied, recognised, silent, failing instant
	var why, vendor string
	err := r.Scan(&directory, &first, &last, &changed, &denied, &why, &vendor, &recognised, &s.UserAgent, &silent, &failing, &s.AlarmsVersion)
	s.Directory.UUID, s.LastDenied, s.Vendor = tenant.UUID(directory), roster.AuthFailure(why), tenant.Provider(vendor)
	s.FirstAt, s.LastAt, s.LastChangeAt, s.LastDeniedAt = first.time(), last.time(), changed.time(), denied.time()
	s.VendorAt, s.SilentSince, s.FailingSince = recognised.time(), silent.time(), failing.time()
	return s, err //nolint:wrapcheck // the caller does
}

// PutAlarms implements roster.ExchangeTx. It writes at once, because the caller must know whether
// another one was first.
func (t *tx) PutAlarms(ctx context.Context, s roster.Sighting) error {
	found := false
	var version int64
	err := t.run(ctx, "put alarms", statement{
		sql: `UPDATE directory_sightings SET silent_since = $4, failing_since = $5, alarms_version = alarms_version + 1
			WHERE tenant_id = $1 AND directory_id = $2 AND alarms_version = $3 RETURNING alarms_version`,
		args: []any{t.me(), ident(s.Directory.UUID), s.AlarmsVersion, instant(s.SilentSince), instant(s.FailingSince)},
		each: one(&found, &version),
	})
	if err == nil && !found {
		return &roster.Error{Kind: roster.Stale, Detail: "The alarms of the directory were changed by somebody else meanwhile."}
	}
	return err
}
