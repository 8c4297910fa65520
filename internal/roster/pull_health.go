package roster

import "rollcall/internal/tenant"

// failingRuns is after how many failed runs in a row a pull counts as failing: one or two may be the
// provider's bad minutes.
const failingRuns = 3

// pulled adds to the health of a directory what its runs tell. Somebody who reads the health wants to
// know at the first failure what to change.
func (h Health) pulled(d tenant.Directory, p Pull) Health {
	h.PullFailures = p.State.Failures
	if p.State.Last.Outcome == PullFailed {
		h.Hint = p.State.Last.Detail
	}
	active := d.Status == tenant.DirectoryActive
	switch {
	case active && h.PullFailures >= failingRuns:
		h.State = HealthFailing
	case active && h.State == HealthNever && !p.State.CompleteAt.IsZero():
		h.State = HealthHealthy // the log of it may be gone, or not written yet
	}
	return h
}
