package roster

import (
	"time"

	"rollcall/internal/tenant"
)

// DirectoryHour counts what one directory did within an hour. It outlives the exchanges.
type DirectoryHour struct {
	Directory tenant.DirectoryID
	Hour      time.Time // its beginning
	Requests  int       // that were let in
	Failures  int       // of them; without those that look for what is not there, see Exchange.Counts
	Created, Updated, Deactivated,
	Deleted int // members, by the events
	Denied map[AuthFailure]int // requests that were not let in
}

// AllDenied is the sum over the kinds.
func (h DirectoryHour) AllDenied() int {
	n := 0
	for _, c := range h.Denied {
		n += c
	}
	return n
}

// Sighting is what was last seen of a directory.
type Sighting struct {
	Directory     tenant.DirectoryID
	FirstAt       time.Time // first request that was let in; zero: none yet
	LastAt        time.Time
	LastChangeAt  time.Time // last request that changed something
	LastDeniedAt  time.Time
	LastDenied    AuthFailure
	Vendor        tenant.Provider // last recognised; empty: never
	VendorAt      time.Time
	UserAgent     string    // that came with LastAt
	SilentSince   time.Time // set by Roster.WatchDirectories; zero: not silent
	FailingSince  time.Time // set by Roster.WatchDirectories; zero: not failing
	AlarmsVersion int64     // one more with each change of the two
}
