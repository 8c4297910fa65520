package team

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
)

// asked is an invite for one or several, as it was typed.
type asked struct {
	emails, first, last, role string
	message, language         string
	days                      string
	groups                    []string
	rows                      string // lines of CSV, of a file that was checked before
	do                        string // send, check, confirm or edit
}

// line is one person of it.
type line struct{ email, first, last, role string }

// fieldsOf are the columns of a file, by the names that people give them.
func fieldsOf() map[string]string {
	return map[string]string{
		"email": "email", "e-mail": "email", "mail": "email", "emailaddress": "email", "firstname": "first", "givenname": "first", "first": "first",
		"lastname": "last", "familyname": "last", "surname": "last", "last": "last", "role": "role",
	}
}

// readAsked reads the form, with the file if there is one.
func readAsked(w http.ResponseWriter, r *http.Request) (asked, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseMultipartForm(maxForm) //nolint:gosec // the body is bounded above
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return asked{}, &roster.Error{Kind: roster.TooLarge, Detail: "The form can't be read, or is too large: send up to 1 MiB at once.", Err: err}
	}
	f := r.PostForm
	a := asked{
		emails: f.Get("emails"), first: strings.TrimSpace(f.Get("first")), last: strings.TrimSpace(f.Get("last")), role: f.Get("role"),
		message: strings.TrimSpace(f.Get("message")), language: f.Get("language"), days: f.Get("days"), groups: f["group"], rows: f.Get("rows"), do: f.Get("do"),
	}
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return a, nil
	}
	file, err := r.MultipartForm.File["file"][0].Open()
	if err != nil {
		return a, fmt.Errorf("open the file: %w", err)
	}
	defer func() { _ = file.Close() }()
	b, err := io.ReadAll(file)
	if err != nil {
		return a, fmt.Errorf("read the file: %w", err)
	}
	if len(b) > 0 {
		a.rows = string(b)
	}
	return a, nil
}

// lines are the people of it: those of the field, or of the file and the field.
func (a asked) lines() ([]line, error) {
	typed := strings.FieldsFunc(a.emails, func(c rune) bool { return strings.ContainsRune(",;\r\n\t", c) })
	var out []line
	for _, email := range typed {
		if email = strings.TrimSpace(email); email != "" {
			out = append(out, line{email: email, role: a.role})
		}
	}
	if len(out) == 1 {
		out[0].first, out[0].last = a.first, a.last
	}
	more, err := readRows(a.rows, a.role)
	if err != nil {
		return nil, err
	}
	out = append(out, more...)
	switch {
	case len(out) == 0:
		return nil, &roster.Error{Kind: roster.Invalid, Field: "emails", Detail: "Enter an e-mail address."}
	case len(out) > roster.MaxInviteLines:
		return nil, &roster.Error{Kind: roster.Invalid, Field: "emails", Detail: fmt.Sprintf("These are %d addresses. Invite up to %d people at a time.", len(out), roster.MaxInviteLines)}
	}
	return out, nil
}

// readRows reads lines of CSV whose first one names the columns.
func readRows(text, role string) ([]line, error) {
	text = strings.TrimPrefix(text, "\ufeff") // as spreadsheets write it
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	bad := func(detail string, err error) error {
		return &roster.Error{Kind: roster.Invalid, Field: "file", Detail: detail, Err: err}
	}
	c := csv.NewReader(strings.NewReader(text))
	c.FieldsPerRecord, c.TrimLeadingSpace = -1, true
	if head, _, _ := strings.Cut(text, "\n"); strings.Count(head, ";") > strings.Count(head, ",") {
		c.Comma = ';'
	}
	rows, err := c.ReadAll()
	if err != nil {
		return nil, bad("The file is no CSV: "+err.Error()+".", err)
	}
	names := fieldsOf()
	columns := make([]string, len(rows[0]))
	for i, head := range rows[0] {
		name := strings.NewReplacer("_", "", " ", "").Replace(strings.ToLower(strings.TrimSpace(head)))
		columns[i] = names[name]
		if columns[i] == "" && name != "" && name != "why" { // which lists of what was not sent have
			return nil, bad("The column "+strings.TrimSpace(head)+" is not one of email, first_name, last_name and role. Remove or rename it.", nil)
		}
	}
	if !slices.Contains(columns, "email") {
		return nil, bad("The first line of the file names the columns, and none of them is email.", nil)
	}
	var out []line
	for _, row := range rows[1:] {
		l := line{role: role}
		for i, cell := range row {
			if i >= len(columns) {
				break
			}
			l.set(columns[i], strings.TrimSpace(cell))
		}
		if l.email != "" || l.first != "" || l.last != "" {
			out = append(out, l)
		}
	}
	return out, nil
}

func (l *line) set(column, value string) {
	switch column {
	case "email":
		l.email = value
	case "first":
		l.first = value
	case "last":
		l.last = value
	case "role":
		if value != "" {
			l.role = value
		}
	}
}

// drafts are what the roster is asked for.
func (a asked) drafts(lines []line) ([]roster.InviteDraft, error) {
	days, err := strconv.Atoi(a.days)
	if a.days == "" {
		days, err = int(roster.DefaultInvitePeriod/(24*time.Hour)), nil
	}
	if err != nil || !slices.Contains(periods(), days) {
		return nil, &roster.Error{Kind: roster.Invalid, Field: "days", Detail: "Choose in how many days the invite expires."}
	}
	var groups []roster.GroupID
	for _, g := range a.groups {
		id, err := roster.ParseGroupID(g)
		if err != nil {
			return nil, &roster.Error{Kind: roster.Invalid, Field: "group", Detail: "One of the groups is not there any more."}
		}
		groups = append(groups, id)
	}
	out := make([]roster.InviteDraft, len(lines))
	for i, l := range lines {
		out[i] = roster.InviteDraft{
			Email: l.email, Role: l.role, Names: roster.Names{First: l.first, Last: l.last, Display: strings.TrimSpace(l.first + " " + l.last)},
			Groups: groups, Period: time.Duration(days) * 24 * time.Hour, Message: a.message, Language: a.language,
		}
	}
	return out, nil
}

// periods are the days to choose from.
func periods() []int { return []int{1, 3, 7, 14, 30} }
