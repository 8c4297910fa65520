package invites

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"rollcall/internal/roster"
)

// MaxCSV bounds a file of invites, in bytes.
const MaxCSV = 1 << 20

// ReadCSV reads people to invite: a head with email, and perhaps first_name, last_name and role in any order, then a line
// each; or addresses alone, one a line. A column why, which lists of what was not sent have, is left out. Commas, semicolons and tabs separate. What a line leaves out is as in common.
// The error is Invalid and names the line.
func ReadCSV(raw []byte, common roster.InviteDraft) ([]roster.InviteDraft, error) {
	if len(raw) > MaxCSV {
		return nil, &roster.Error{Kind: roster.TooLarge, Field: "file", Detail: "The file is larger than a megabyte."}
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")) // as spreadsheets write it
	in := csv.NewReader(bytes.NewReader(raw))
	in.Comma, in.FieldsPerRecord, in.TrimLeadingSpace, in.LazyQuotes = separator(raw), -1, true, true
	var columns []string
	var out []roster.InviteDraft
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, &roster.Error{Kind: roster.Invalid, Field: "file", Detail: "The file can't be read: " + err.Error() + "."}
		}
		for i := range fields {
			fields[i] = strings.TrimSpace(strings.ToValidUTF8(fields[i], ""))
		}
		switch {
		case columns == nil:
			if columns, err = head(fields); err != nil {
				return nil, err
			}
			if columns != nil {
				continue
			}
			columns = []string{"email"}
		case len(fields) == 1 && fields[0] == "":
			continue
		}
		if len(out) == roster.MaxInviteLines {
			return nil, &roster.Error{Kind: roster.TooLarge, Field: "file", Detail: fmt.Sprintf("The file has more than %d lines. Split it.", roster.MaxInviteLines)}
		}
		out = append(out, draft(columns, fields, common))
	}
}

// separator is the one that the first line has most of.
func separator(raw []byte) rune {
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	best, most := ',', 0
	for _, c := range ",;\t" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// columnWhy is the reason in a list of what was not sent.
const columnWhy = "why"

// head reads the names of the columns; nil: the line is an address already.
func head(fields []string) ([]string, error) {
	known := []string{"email", "first_name", "last_name", "role", columnWhy}
	columns := make([]string, len(fields))
	for i, f := range fields {
		columns[i] = strings.NewReplacer("e-mail", "email", " ", "_", "-", "_").Replace(strings.ToLower(f))
	}
	if !slices.Contains(columns, "email") {
		if strings.Contains(fields[0], "@") {
			return nil, nil
		}
		return nil, &roster.Error{Kind: roster.Invalid, Field: "file", Detail: "The first line must name the columns: email, first_name, last_name, role. Only email is needed."}
	}
	for i, c := range columns {
		if !slices.Contains(known, c) {
			return nil, &roster.Error{Kind: roster.Invalid, Field: "file", Detail: "The column " + fields[i] + " is not one of email, first_name, last_name and role. Remove or rename it."}
		}
		if slices.Contains(columns[:i], c) {
			return nil, &roster.Error{Kind: roster.Invalid, Field: "file", Detail: "The column " + fields[i] + " stands there twice."}
		}
	}
	return columns, nil
}

func draft(columns, fields []string, common roster.InviteDraft) roster.InviteDraft {
	d := common
	for i, c := range columns {
		if i >= len(fields) || fields[i] == "" {
			continue
		}
		switch c {
		case "email":
			d.Email = fields[i]
		case "first_name":
			d.Names.First = fields[i]
		case "last_name":
			d.Names.Last = fields[i]
		case "role":
			d.Role = fields[i]
		}
	}
	return d
}

// Addresses reads addresses that somebody pasted: commas, semicolons, spaces and line ends separate, and names before
// <address> are left out.
func Addresses(text string, common roster.InviteDraft) []roster.InviteDraft {
	var out []roster.InviteDraft
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ';' || c == '\n' || c == '\r' || c == '\t' }) {
		part = strings.TrimSpace(part)
		if i := strings.LastIndex(part, "<"); i >= 0 && strings.HasSuffix(part, ">") {
			part = part[i+1 : len(part)-1]
		}
		words := strings.Fields(part)
		if len(words) > 1 && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(w, "@") }) {
			for _, w := range words {
				out = append(out, with(common, w))
			}
			continue
		}
		if part != "" {
			out = append(out, with(common, part))
		}
	}
	return out
}

func with(d roster.InviteDraft, email string) roster.InviteDraft {
	d.Email = email
	return d
}
