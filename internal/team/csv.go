package team

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/view"
)

// exportPage is how many members are read at once.
const exportPage = 500

// membersCSV writes the list as it is narrowed, times in UTC, and no text that a spreadsheet takes for a formula.
func (d *Door) membersCSV(w http.ResponseWriter, r *http.Request, v *visit) error {
	cfg, err := d.Store.Reader(v.staff.Tenant).Config(r.Context())
	if err != nil {
		return err
	}
	l := readListing(r, v.now)
	l.query.Limit, l.query.After, l.query.Before = exportPage, roster.TeamPlace{}, roster.TeamPlace{}
	page, err := d.Roster.Team(r.Context(), v.staff, l.query)
	if err != nil {
		return err
	}
	c := asCSV(w, "members.csv")
	_ = c.Write([]string{"name", "email", "member", "state", "role", "source", "groups", "last_active_utc", "joined_utc", "external_id"})
	for {
		for _, t := range page.Items {
			row := memberRow(t, cfg, v.now)
			_ = c.Write(cells(nameOf(t.Member), string(t.Member.Email), row.ID, row.State, row.Role, row.Source, strings.Join(row.Groups, "; "),
				utc(t.LastActive), utc(t.Member.CreatedAt), t.Member.ExternalID))
		}
		if !page.More {
			break
		}
		l.query.After = page.Items[len(page.Items)-1].Place
		if page, err = d.Roster.Team(r.Context(), v.staff, l.query); err != nil {
			return err
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	return nil
}

// asCSV begins an answer that is a file.
func asCSV(w http.ResponseWriter, name string) *csv.Writer {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	return csv.NewWriter(w)
}

func cells(texts ...string) []string {
	for i := range texts {
		texts[i] = view.Cell(texts[i])
	}
	return texts
}

func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
