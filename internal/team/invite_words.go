package team

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"rollcall/console"
	"rollcall/internal/roster"
)

func asRoster(err error) (*roster.Error, bool) { return errors.AsType[*roster.Error](err) }

// verdictWord says in a few words what would become of a line.
func verdictWord(v roster.InviteVerdict) string {
	switch v.Verdict {
	case roster.VerdictInvite:
		return "Will be invited"
	case roster.VerdictAutoJoin:
		return "Will join by themselves (auto-join on)"
	case roster.VerdictInvalid:
		return "Can't be used"
	case roster.VerdictDouble:
		return "Twice in this list"
	case roster.VerdictMember:
		return "Already a member"
	case roster.VerdictInvited:
		return "Already invited"
	case roster.VerdictInactive:
		if v.Code == roster.CodeManagedInactive {
			return "Deactivated by directory – can't invite"
		}
		return "Deactivated – can't invite"
	case roster.VerdictInUse:
		return "E-mail already in use"
	case roster.VerdictLimit:
		return "Too many invites today"
	case roster.VerdictBlocked:
	}
	return "Can't be invited"
}

func shown(l line, v roster.InviteVerdict, n int) console.InviteLine {
	return console.InviteLine{
		Line: n + 1, Email: l.email, Names: strings.TrimSpace(l.first + " " + l.last), Role: l.role, Word: verdictWord(v), About: v.Detail, Good: v.Verdict.Good(),
	}
}

// checked is the page with the verdicts, which keeps the form for the next step.
func checked(v *visit, a asked, lines []line, verdicts []roster.InviteVerdict) console.InviteCheck {
	page := console.InviteCheck{Shell: v.shell(hereInvites), Total: len(lines), Kept: a.kept()}
	for i, verdict := range verdicts {
		if verdict.Verdict.Good() {
			page.Ready++
		}
		if len(page.Lines) < maxChecked {
			page.Lines = append(page.Lines, shown(lines[i], verdict, i))
		}
	}
	return page
}

// kept are the fields that bring the form back.
func (a asked) kept() []console.Field {
	out := []console.Field{
		{Name: "emails", Value: a.emails},
		{Name: "first", Value: a.first},
		{Name: "last", Value: a.last},
		{Name: "role", Value: a.role},
		{Name: "message", Value: a.message},
		{Name: "language", Value: a.language},
		{Name: "days", Value: a.days},
		{Name: "rows", Value: a.rows},
	}
	for _, g := range a.groups {
		out = append(out, console.Field{Name: "group", Value: g})
	}
	return out
}

// sent is the page with the results. Lines that were not come to are rejected, too.
func sent(v *visit, lines []line, made []Made) console.InviteSent {
	page := console.InviteSent{Shell: v.shell(hereInvites), One: len(lines) == 1}
	var rejected [][]string
	for i, l := range lines {
		row := console.InviteLine{Line: i + 1, Email: l.email, Word: "Not sent", About: "Something went wrong before this line. Send it again."}
		if i < len(made) {
			row = shown(l, made[i].InviteVerdict, i)
			row.Link = made[i].Link
		}
		if row.Good {
			page.Sent++
			row.Word, row.About = "Invited", ""
		} else {
			rejected = append(rejected, []string{l.email, l.first, l.last, l.role, row.Word + ". " + row.About})
		}
		page.Lines = append(page.Lines, row)
	}
	if len(rejected) > 0 {
		var b strings.Builder
		c := csv.NewWriter(&b)
		_ = c.Write([]string{"email", "first_name", "last_name", "role", "why"})
		_ = c.WriteAll(rejected)
		page.Rejects = b.String()
	}
	return page
}

// echoCSV sends lines back as a file, and makes sure that no cell is a formula.
func echoCSV(w http.ResponseWriter, name, text string) error {
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord = -1
	rows, err := in.ReadAll()
	if err != nil {
		return &roster.Error{Kind: roster.Invalid, Detail: "The lines can't be read.", Err: err}
	}
	out := asCSV(w, name)
	for _, row := range rows {
		_ = out.Write(cells(row...))
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	return nil
}
