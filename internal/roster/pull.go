package roster

import (
	"time"

	"rollcall/internal/tenant"
)

// PullJob is the kind of the jobs that DispatchPulls leaves. Its arguments are PullArgs.
const PullJob = "pull_directory"

// PullArgs name the directory that is to be read.
type PullArgs struct {
	Directory tenant.DirectoryID `json:"directory"`
}

// Pull is how a directory is read whose provider does not push: with what, how often, and how the
// last runs went.
type Pull struct {
	Directory tenant.DirectoryID
	Settings  PullSettings
	// SealedKey is the provider's key, sealed for the directory. It is written and never shown.
	SealedKey []byte
	// NextAt is when the next run is due.
	NextAt time.Time
	// Lease is whose run is under way; the zero lease, or one whose time is over: none is.
	Lease     PullLease
	State     PullState
	Version   int64 // one more with each write
	CreatedAt time.Time
	ChangedAt time.Time // of the settings
}

// PullSettings are what an admin chose for a pull, and what the key tells of itself.
type PullSettings struct {
	// Subject is the provider's admin in whose name the directory is read.
	Subject string `json:"subject"`
	// Customer is the provider's account; "my_customer" stands for the subject's own.
	Customer string `json:"customer"`
	// OrgUnit limits who is pulled to one organisational unit and those below it; empty: all people.
	OrgUnit string `json:"org_unit,omitempty"`
	// Groups are the addresses of the groups to pull; empty: all, unless NoGroups.
	Groups   []string `json:"groups,omitempty"`
	NoGroups bool     `json:"no_groups,omitempty"`
	// Every is how long after a run the next one begins.
	Every time.Duration `json:"every"`
	// ClientEmail, ClientID and KeyID name the key for people; none of them opens anything.
	ClientEmail string `json:"client_email"`
	ClientID    string `json:"client_id"`
	KeyID       string `json:"key_id,omitempty"`
}

// The bounds of PullSettings.Every, and what it is when nobody chose.
const (
	PullEvery    = 5 * time.Minute
	minPullEvery = time.Minute
	maxPullEvery = 24 * time.Hour
	maxPullSome  = 200 // groups that may be named
)

// PullLease says that one run is under way, and until when it holds without being renewed.
type PullLease struct {
	By    tenant.UUID // the run
	Until time.Time
}

// held says whether another run than by holds the lease.
func (l PullLease) held(by tenant.UUID, now time.Time) bool {
	return !l.By.IsZero() && l.By != by && now.Before(l.Until)
}

// PullState is what runs leave for those that follow.
type PullState struct {
	Last PullRun `json:"last"`
	// CompleteAt is when a run last read everything; zero: never yet.
	CompleteAt time.Time `json:"complete_at,omitzero"`
	// ThoroughAt is when a run last compared all groups, whatever the provider said had not changed.
	ThoroughAt time.Time `json:"thorough_at,omitzero"`
	// Failures counts the runs that failed since one went well.
	Failures int `json:"failures,omitempty"`
	// GroupsAfter is the group behind which a run that was cut off goes on; empty: from the first.
	GroupsAfter string `json:"groups_after,omitempty"`
}

// PullOutcome says how a run ended.
type PullOutcome string

// The outcomes of runs.
const (
	PullComplete PullOutcome = "complete" // all was read; what is missing at the provider was removed
	PullPartial  PullOutcome = "partial"  // its time was over: the next run goes on, nobody was removed for being missing unless all people were read
	PullFailed   PullOutcome = "failed"   // the provider could not be read, see Code and Detail
)

// PullRun tells of one run.
type PullRun struct {
	StartedAt time.Time   `json:"started_at,omitzero"`
	EndedAt   time.Time   `json:"ended_at,omitzero"`
	Outcome   PullOutcome `json:"outcome,omitempty"` // empty: no run has ended yet
	Code      Code        `json:"code,omitempty"`
	// Detail says in words what to change, for an admin.
	Detail string     `json:"detail,omitempty"`
	People PullCounts `json:"people"`
	Groups PullCounts `json:"groups"`
	// Calls is how many requests the provider answered.
	Calls int `json:"calls"`
}

// PullCounts count what a run met and did.
type PullCounts struct {
	Seen    int `json:"seen"`
	Created int `json:"created"`
	Changed int `json:"changed"`
	Removed int `json:"removed"`
	Refused int `json:"refused"` // by a rule; the run went on
	Skipped int `json:"skipped"` // of groups: unchanged, as the provider says
}

// PullMarkKind says what a PullMark is about.
type PullMarkKind string

// The kinds of marks.
const (
	PullMarkUser  PullMarkKind = "user"  // a person's record that was refused
	PullMarkGroup PullMarkKind = "group" // a group whose members are known, or that was refused
)

// PullMark is what a run notes of one record of the provider, so that the next one need not look at it
// again: what a refused record looked like, or in which state of both sides a group's members agreed.
type PullMark struct {
	Kind PullMarkKind
	Key  string // the provider's id
	Mark string
	// Version is that of the group when its members agreed; 0: they did not.
	Version int64
	// Code and Detail say why it was refused; empty: it was not.
	Code   Code
	Detail string
	At     time.Time
}
