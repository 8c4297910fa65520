package view

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// ReviewView is an access review as JSON.
type ReviewView struct {
	ID         roster.ReviewID `json:"id"`
	Open       bool            `json:"open" doc:"Decisions can still be made."`
	StartedAt  time.Time       `json:"started_at"`
	StartedBy  string          `json:"started_by" doc:"The admin's member id, or operator."`
	FinishedAt time.Time       `json:"finished_at,omitzero"`
	FinishedBy string          `json:"finished_by,omitempty"`
	People     int             `json:"people" doc:"Who was a member when it began."`
	Kept       int             `json:"kept"`
	Removed    int             `json:"removed"`
	Off        int             `json:"deactivated"`
	Asked      int             `json:"asked" doc:"People whom a directory manages and was asked to take out."`
	Gone       int             `json:"gone" doc:"People without a decision who were removed by other ways."`
	Left       int             `json:"undecided"`
}

// Review shows a review.
func Review(r roster.Review) ReviewView {
	t := r.Tally
	return ReviewView{
		ID: r.ID, Open: r.Open(), StartedAt: r.StartedAt, StartedBy: actorName(r.StartedBy), FinishedAt: r.FinishedAt, FinishedBy: actorName(r.FinishedBy),
		People: t.Total, Kept: t.Kept, Removed: t.Removed, Off: t.Deactivated, Asked: t.Asked, Gone: t.Gone, Left: t.Left(),
	}
}

func actorName(a roster.Actor) string {
	if a.ID != "" {
		return a.ID
	}
	return string(a.Source)
}

// ReviewItemView is a person in a review as JSON: as they were when it began, but for what ends in now.
type ReviewItemView struct {
	Member     roster.MemberID       `json:"member"`
	Name       string                `json:"name"`
	Email      roster.Email          `json:"email"`
	Role       string                `json:"role"`
	State      roster.State          `json:"state"`
	Source     roster.Source         `json:"source" doc:"How the person came to be a member."`
	Directory  tenant.DirectoryID    `json:"directory,omitzero" doc:"That manages the person."`
	LastActive time.Time             `json:"last_active,omitzero" doc:"Absent: never seen."`
	Decision   roster.ReviewDecision `json:"decision" enum:",keep,remove,deactivate,ask_directory" doc:"Empty: none yet."`
	DecidedAt  time.Time             `json:"decided_at,omitzero"`
	DecidedBy  string                `json:"decided_by,omitempty"`
	StateNow   roster.State          `json:"state_now"`
}

// ReviewItem shows a person in a review.
func ReviewItem(i roster.ReviewItem) ReviewItemView {
	return ReviewItemView{
		Member: i.Member, Name: i.Label, Email: i.Email, Role: i.Role, State: i.State, Source: i.Origin(), Directory: i.Directory, LastActive: i.LastActive,
		Decision: i.Decision, DecidedAt: i.DecidedAt, DecidedBy: actorName(i.DecidedBy), StateNow: i.Now.State,
	}
}

// ReviewCSV writes the people of a review as CSV for auditors: times in UTC, texts that a spreadsheet could take for a
// formula as texts. who names an actor. items hands over one person after the other.
func ReviewCSV(w io.Writer, r roster.Review, who func(roster.Actor) string, items func(yield func(roster.ReviewItem) error) error) error {
	c := csv.NewWriter(w)
	head := []string{
		"review", "name", "email", "member", "role", "source", "state", "last_active_utc", "decision", "decided_by", "decided_at_utc", "state_now",
		"review_started_utc", "review_finished_utc",
	}
	if err := c.Write(head); err != nil {
		return fmt.Errorf("write the CSV file: %w", err)
	}
	err := items(func(i roster.ReviewItem) error {
		row := []string{
			r.ID.String(), i.Label, string(i.Email), i.Member.String(), i.Role, string(i.Origin()), string(i.State), utc(i.LastActive), decisionWord(r, i),
			who(i.DecidedBy), utc(i.DecidedAt), string(i.Now.State), utc(r.StartedAt), utc(r.FinishedAt),
		}
		for n := range row {
			row[n] = Cell(row[n])
		}
		return c.Write(row)
	})
	if err != nil {
		return fmt.Errorf("write the CSV file: %w", err)
	}
	c.Flush()
	return c.Error() //nolint:wrapcheck // the writer's own
}

func decisionWord(r roster.Review, i roster.ReviewItem) string {
	switch {
	case i.Decision != "":
		return string(i.Decision)
	case i.Now.State == roster.StateRemoved:
		return "gone"
	case !r.Open():
		return "not_decided"
	}
	return ""
}

func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Cell is a text for a cell of a spreadsheet: one that would be taken for a formula begins with an apostrophe.
func Cell(s string) string {
	if strings.HasPrefix(s, "'") || s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}
