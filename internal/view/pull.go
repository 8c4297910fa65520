package view

import (
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// PullView is how a directory is pulled, as JSON. The key is not in it.
type PullView struct {
	Directory   tenant.DirectoryID `json:"directory"`
	Subject     string             `json:"subject" doc:"The administrator in whose name the account is read."`
	Customer    string             `json:"customer"`
	OrgUnit     string             `json:"org_unit,omitempty" doc:"Only people of this organisational unit and those below it; absent: all."`
	Groups      []string           `json:"groups" doc:"The addresses of the groups that are pulled; empty: all, unless no_groups."`
	NoGroups    bool               `json:"no_groups" doc:"Groups are left alone."`
	Every       int                `json:"every_seconds" doc:"How long after a run the next one begins."`
	ClientEmail string             `json:"client_email" doc:"The service account."`
	ClientID    string             `json:"client_id" doc:"What the scopes are delegated to in admin.google.com."`
	KeyID       string             `json:"key_id,omitempty"`
	NextAt      time.Time          `json:"next_at" doc:"When the next run is due."`
	Running     bool               `json:"running" doc:"A run is under way."`
	Failures    int                `json:"failures" doc:"Runs in a row that could not read Google."`
	CompleteAt  time.Time          `json:"complete_at,omitzero" doc:"When everything was last read; absent: never yet."`
	Last        *RunView           `json:"last_run,omitempty" doc:"Absent: none has ended yet."`
	ChangedAt   time.Time          `json:"changed_at"`
}

// RunView is one run of a pull, as JSON.
type RunView struct {
	StartedAt time.Time          `json:"started_at"`
	EndedAt   time.Time          `json:"ended_at"`
	Outcome   roster.PullOutcome `json:"outcome" enum:"complete,partial,failed"`
	Code      roster.Code        `json:"code,omitempty" doc:"Why it failed."`
	Detail    string             `json:"detail,omitempty" doc:"What to change, in words."`
	People    roster.PullCounts  `json:"people"`
	Groups    roster.PullCounts  `json:"groups"`
	Calls     int                `json:"calls" doc:"How many requests Google answered."`
}

// Pull shows how a directory is pulled.
func Pull(p roster.Pull, now time.Time) PullView {
	v := PullView{
		Directory: p.Directory, Subject: p.Settings.Subject, Customer: p.Settings.Customer, OrgUnit: p.Settings.OrgUnit,
		Groups: append([]string{}, p.Settings.Groups...), NoGroups: p.Settings.NoGroups, Every: int(p.Settings.Every / time.Second),
		ClientEmail: p.Settings.ClientEmail, ClientID: p.Settings.ClientID, KeyID: p.Settings.KeyID, NextAt: p.NextAt,
		Running: !p.Lease.By.IsZero() && now.Before(p.Lease.Until), Failures: p.State.Failures, CompleteAt: p.State.CompleteAt, ChangedAt: p.ChangedAt,
	}
	if p.State.Last.Outcome != "" {
		last := Run(p.State.Last)
		v.Last = &last
	}
	return v
}

// Run shows one run.
func Run(r roster.PullRun) RunView {
	return RunView{r.StartedAt, r.EndedAt, r.Outcome, r.Code, r.Detail, r.People, r.Groups, r.Calls}
}

// RefusedView is a record of the provider that a rule refused, as JSON.
type RefusedView struct {
	Kind   roster.PullMarkKind `json:"kind" enum:"user,group"`
	ID     string              `json:"id" doc:"Google's id; of somebody whom Google does not list any more, the member's."`
	Code   roster.Code         `json:"code"`
	Detail string              `json:"detail" doc:"What to change."`
	At     time.Time           `json:"at" doc:"When it was last tried."`
}

// Refused shows the refused ones of marks.
func Refused(marks []roster.PullMark) []RefusedView {
	out := []RefusedView{}
	for _, m := range marks {
		if m.Code != "" {
			out = append(out, RefusedView{m.Kind, m.Key, m.Code, m.Detail, m.At})
		}
	}
	return out
}
