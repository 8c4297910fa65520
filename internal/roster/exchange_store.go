package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// ExchangeQuery asks for entries of one directory's provisioning log, newest first.
type ExchangeQuery struct {
	Directory tenant.DirectoryID // required
	Failed    bool               // only with Exchange.Failed
	Subject   tenant.UUID        // only about this member or group; zero: all
	Since     time.Time          // only at or after; zero: all
	Before    ExchangeID         // only older than this entry; zero: from the newest
	Limit     int                // 1 or more
}

// ExchangeReader reads the provisioning log of one tenant.
type ExchangeReader interface {
	// Exchanges lists entries, newest first. Total is not set.
	Exchanges(ctx context.Context, q ExchangeQuery) (Page[Exchange], error)
	// Exchange finds an entry of any directory of the tenant; NotFound.
	Exchange(ctx context.Context, id ExchangeID) (Exchange, error)
	// Sightings are what was seen of the tenant's directories, those that never called left
	// out.
	Sightings(ctx context.Context) ([]Sighting, error)
	// DirectoryHours are the counts of all directories of the tenant since a time, by
	// directory and hour.
	DirectoryHours(ctx context.Context, since time.Time) ([]DirectoryHour, error)
}

// ExchangeTx writes the alarms.
type ExchangeTx interface {
	// PutAlarms sets SilentSince and FailingSince of a sighting; Stale when its
	// AlarmsVersion is not the stored one.
	PutAlarms(ctx context.Context, s Sighting) error
}

// ExchangeBatch is what one tenant's directories did since the last batch.
type ExchangeBatch struct {
	Tenant  tenant.ID
	Entries []Exchange
	Hours   []DirectoryHour // added to those that are there
	Seen    []Sighting      // merged: the later time wins, alarms are left alone
}

// Prune says what goes from the log of one directory.
type Prune struct {
	Tenant    tenant.ID
	Directory tenant.DirectoryID
	Before    time.Time // entries older than this
	Keep      int       // and all but the newest of this number
	Hours     time.Time // counts of hours before this
}

// ExchangeLog writes the provisioning logs of all tenants.
type ExchangeLog interface {
	// AppendExchanges writes batches, all or none. What it wrote may be lost when the database
	// server itself crashes within a second: the log is not worth a wait for the disk.
	AppendExchanges(ctx context.Context, batches []ExchangeBatch) error
	// PruneExchanges deletes entries and counts, in steps, and returns how many entries went.
	PruneExchanges(ctx context.Context, p Prune) (int, error)
}
