package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"rollcall/internal/roster"
)

type directoryPreviewCmd struct {
	directoryArg
	File string `placeholder:"FILE" help:"Whom the directory would send: CSV with a heading line, or one JSON object a line, with userName, externalId and email. - is standard input. Without it the tenant's present members are looked at."`
	All  bool   `help:"Show those too whom nothing speaks against."`
}

// previewView is a preview as JSON.
type previewView struct {
	Members  int                    `json:"members"`
	Proven   int                    `json:"on_proven_domains"`
	Listed   int                    `json:"listed"`
	Outlooks map[roster.Outlook]int `json:"outlooks"`
	Reasons  map[roster.Code]int    `json:"reasons"`
	People   []forecastView         `json:"people"`
}

type forecastView struct {
	Line    int            `json:"line,omitempty"`
	Outlook roster.Outlook `json:"outlook"`
	Reason  roster.Code    `json:"reason,omitempty"`
	Member  string         `json:"member,omitempty"`
	Login   string         `json:"login"`
	Email   string         `json:"email"`
	Detail  string         `json:"detail,omitempty"`
}

// Run implements directory preview.
func (c *directoryPreviewCmd) Run(p *program) error {
	var newcomers []roster.Newcomer
	if c.File != "" {
		var err error
		if newcomers, err = readNewcomers(c.File); err != nil {
			return err
		}
	}
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	people := []forecastView{}
	sum, err := r.PreviewAdoption(p.ctx, s, d.ID, newcomers, func(f roster.Forecast) error {
		if c.All || f.Reason != "" || f.Outlook == roster.OutlookUnlisted {
			v := forecastView{Line: f.Line, Outlook: f.Outlook, Reason: f.Reason, Login: f.Login, Email: f.Email, Detail: f.Detail}
			if !f.Member.IsZero() {
				v.Member = f.Member.String()
			}
			people = append(people, v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	v := previewView{sum.Members, sum.Proven, sum.Listed, sum.Outlooks, sum.Reasons, people}
	return p.show(v, func(w io.Writer) { v.write(w) })
}

func (v previewView) write(w io.Writer) {
	say(w, "The tenant has %s, %d of them on its own domains. Nothing was changed.", count(v.Members, "member", "members"), v.Proven)
	if v.Listed > 0 {
		say(w, "The list has %s.", count(v.Listed, "line", "lines"))
	}
	var rows [][]string
	for _, o := range []roster.Outlook{roster.OutlookNew, roster.OutlookMatched, roster.OutlookDoubtful, roster.OutlookRefused, roster.OutlookUnlisted} {
		if n := v.Outlooks[o]; n > 0 {
			rows = append(rows, []string{string(o), fmt.Sprint(n)})
		}
	}
	table(w, "There is nobody to look at.", []string{"OUTLOOK", "PEOPLE"}, rows)
	if len(v.People) == 0 {
		return
	}
	say(w, "")
	table(w, "", []string{"LINE", "WHO", "OUTLOOK", "REASON", "WHAT"}, list(v.People, func(f forecastView) []string {
		line := "-"
		if f.Line > 0 {
			line = fmt.Sprint(f.Line)
		}
		return []string{line, cmp.Or(f.Login, f.Email), string(f.Outlook), cmp.Or(string(f.Reason), "-"), f.Detail}
	}))
}

// readNewcomers reads CSV or JSON lines.
func readNewcomers(name string) ([]roster.Newcomer, error) {
	var in io.Reader = os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read the list: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	b := bufio.NewReader(in)
	if mark, err := b.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) { // as spreadsheets write it
		_, _ = b.Discard(3)
	}
	if first, err := b.Peek(1); err == nil && first[0] == '{' {
		return newcomersOfJSON(b)
	}
	return newcomersOfCSV(b)
}

func newcomersOfJSON(in io.Reader) ([]roster.Newcomer, error) {
	var out []roster.Newcomer
	d := json.NewDecoder(in)
	for {
		var row struct {
			UserName   string `json:"userName"`
			ExternalID string `json:"externalId"`
			Email      string `json:"email"`
		}
		err := d.Decode(&row)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, usage("object %d of the list: %w", len(out)+1, err)
		}
		out = append(out, roster.Newcomer{Line: len(out) + 1, Login: row.UserName, ExternalID: row.ExternalID, Email: row.Email})
	}
}

// newcomersOfCSV finds the columns by their headings.
func newcomersOfCSV(in io.Reader) ([]roster.Newcomer, error) {
	r := csv.NewReader(in)
	r.TrimLeadingSpace = true
	heading, err := r.Read()
	if err != nil {
		return nil, usage("the list has no heading line: %w", err)
	}
	column := func(names ...string) int {
		return slices.IndexFunc(heading, func(h string) bool { return slices.Contains(names, strings.ToLower(strings.TrimSpace(h))) })
	}
	login, key, email := column("username", "login", "userprincipalname"), column("externalid", "external_id", "id", "objectid"), column("email", "mail")
	if login < 0 && email < 0 {
		return nil, usage("the list's heading line names neither userName nor email; it has: %s", strings.Join(heading, ", "))
	}
	var out []roster.Newcomer
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, usage("the list: %w", err)
		}
		line, _ := r.FieldPos(0)
		cell := func(i int) string {
			if i < 0 {
				return ""
			}
			return strings.TrimSpace(row[i])
		}
		out = append(out, roster.Newcomer{Line: line, Login: cmp.Or(cell(login), cell(email)), ExternalID: cell(key), Email: cell(email)})
	}
}
