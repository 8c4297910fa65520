package roster

import (
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// HealthState sums up how a directory does.
type HealthState string

// The states of a directory, as JudgeHealth finds them: the first that holds.
const (
	HealthRemoved   HealthState = "removed"
	HealthPaused    HealthState = "paused"
	HealthLockedOut HealthState = "locked_out"      // it calls, and is not let in
	HealthNever     HealthState = "never_connected" // nobody called yet
	HealthSilent    HealthState = "silent"          // it calls no more, against its habit
	HealthFailing   HealthState = "failing"         // more than a fifth of its requests of a day are refused
	HealthHealthy   HealthState = "healthy"
)

// Health is how a directory does.
type Health struct {
	Directory tenant.DirectoryID
	State     HealthState
	Sighting
	// Rhythm is the usual time between hours in which it calls, to the hour; 0: not known yet.
	Rhythm time.Duration
	// SilentAfter is how long it may say nothing before that is an alarm; 0: no alarm.
	SilentAfter time.Duration
	// Requests, Failures and Denied are those of the last 24 hours.
	Requests, Failures int
	Denied             map[AuthFailure]int
	// PullFailures are the runs in a row that could not read the directory, where it is pulled.
	PullFailures int
	// Hint says what does not fit together; may be empty.
	Hint string
}

const (
	rhythmPeriod = 14 * 24 * time.Hour // from which habits are learned
	rhythmHours  = 6                   // with traffic, fewer are no habit
	leastSilence = 2 * time.Hour
	mostSilence  = 7 * 24 * time.Hour
	failingShare = 5  // one in so many is too many
	failingLeast = 20 // requests, or the share says nothing
)

// JudgeHealth works out how a directory does. hours are its counts of the last 14 days or more, in
// order. It is pure.
func JudgeHealth(d tenant.Directory, s Sighting, hours []DirectoryHour, now time.Time) Health {
	h := Health{Directory: d.ID, Sighting: s, Denied: map[AuthFailure]int{}}
	h.Sighting.Directory = d.ID
	h.Rhythm, h.SilentAfter = rhythm(hours, now)
	for _, c := range hours {
		if c.Hour.Add(time.Hour).Before(now.Add(-24 * time.Hour)) {
			continue
		}
		h.Requests += c.Requests
		h.Failures += c.Failures
		for kind, n := range c.Denied {
			h.Denied[kind] += n
		}
	}
	h.State, h.Hint = h.judge(d, now), hint(d, s)
	return h
}

func (h Health) judge(d tenant.Directory, now time.Time) HealthState {
	switch {
	case d.Status == tenant.DirectoryRemoved:
		return HealthRemoved
	case d.Status != tenant.DirectoryActive:
		return HealthPaused
	case h.LastDeniedAt.After(h.LastAt) && len(h.Denied) > 0 && h.Requests == 0:
		return HealthLockedOut
	case h.LastAt.IsZero():
		return HealthNever
	case h.Silent(now):
		return HealthSilent
	case h.Failing():
		return HealthFailing
	}
	return HealthHealthy
}

// Silent says whether the directory has said nothing for longer than is its habit.
func (h Health) Silent(now time.Time) bool {
	return h.SilentAfter > 0 && !h.LastAt.IsZero() && now.Sub(h.LastAt) > h.SilentAfter
}

// Failing says whether more than a fifth of the requests of a day were refused, or a pull failed several times in a row.
func (h Health) Failing() bool {
	return h.PullFailures >= failingRuns || h.Requests >= failingLeast && h.Failures*failingShare > h.Requests
}

// rhythm learns from the hours with traffic: the usual gap between two of them, and how long a
// silence may last. The longest gap counts too, so that a weekend is none.
func rhythm(hours []DirectoryHour, now time.Time) (usual, silentAfter time.Duration) {
	var gaps []time.Duration
	var last time.Time
	for _, h := range hours {
		if h.Requests == 0 || now.Sub(h.Hour) > rhythmPeriod {
			continue
		}
		if !last.IsZero() {
			gaps = append(gaps, h.Hour.Sub(last))
		}
		last = h.Hour
	}
	if len(gaps) < rhythmHours-1 {
		return 0, 0
	}
	slices.Sort(gaps)
	usual = gaps[len(gaps)/2]
	longest := gaps[len(gaps)-1]
	return usual, min(max(3*usual, longest*3/2, leastSilence), mostSilence)
}

// hint tells of a directory that was set up for another product than the one that calls.
func hint(d tenant.Directory, s Sighting) string {
	switch {
	case s.Vendor == "" || s.Vendor == d.Provider:
		return ""
	case d.Provider != tenant.Generic:
		return "The directory is set up for " + d.Provider.VendorName() + ", but " + s.Vendor.VendorName() + " calls. Compare whether base URL and token were entered at the right place."
	case s.Vendor.Known():
		return s.Vendor.VendorName() + " calls; a directory made with --provider " + string(s.Vendor) + " would say so."
	}
	return ""
}
