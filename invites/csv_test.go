package invites_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/invites"
)

type line struct{ Email, First, Last, Role string }

func linesOf(list []roster.InviteDraft) []line {
	out := make([]line, len(list))
	for i, d := range list {
		out[i] = line{d.Email, d.Names.First, d.Names.Last, d.Role}
	}
	return out
}

func TestReadCSV(t *testing.T) {
	t.Parallel()
	common := roster.InviteDraft{Role: "viewer"}
	for name, c := range map[string]struct {
		in   string
		want []line
	}{
		"a head in any order": {"Role,E-Mail,Last Name,first-name\neditor,a@x.example,Berg,Ada\n,b@x.example,,\n", []line{{"a@x.example", "Ada", "Berg", "editor"}, {"b@x.example", "", "", "viewer"}}},
		"semicolons and BOM":  {"\xef\xbb\xbfemail;first_name\r\na@x.example;Ada\r\n", []line{{"a@x.example", "Ada", "", "viewer"}}},
		"addresses alone":     {"a@x.example\n\nb@x.example\n", []line{{"a@x.example", "", "", "viewer"}, {"b@x.example", "", "", "viewer"}}},
		"quotes":              {"email,last_name\n\"a@x.example\",\"Berg, Dr.\"\n", []line{{"a@x.example", "", "Berg, Dr.", "viewer"}}},
		"short lines":         {"email,first_name,last_name\na@x.example\n", []line{{"a@x.example", "", "", "viewer"}}},
		"nothing":             {"email\n", []line{}},
	} {
		got, err := invites.ReadCSV([]byte(c.in), common)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, linesOf(got)); diff != "" {
			t.Errorf("%s: ReadCSV mismatch (-want +got)\n%s", name, diff)
		}
	}
	for name, in := range map[string]string{
		"no column of addresses": "name,role\na,b\n",
		"an unknown column":      "email,password\na@x.example,x\n",
		"a column twice":         "email,email\na@x.example,b@x.example\n",
		"too many lines":         "email\n" + strings.Repeat("a@x.example\n", 1001),
		"too large":              strings.Repeat("a", invites.MaxCSV+1),
	} {
		if _, err := invites.ReadCSV([]byte(in), common); !errors.Is(err, roster.Invalid) && !errors.Is(err, roster.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	got := invites.Addresses("a@x.example, Ada Berg <b@x.example>;c@x.example d@x.example\nnot an address\n,,", roster.InviteDraft{})
	want := []line{{Email: "a@x.example"}, {Email: "b@x.example"}, {Email: "c@x.example"}, {Email: "d@x.example"}, {Email: "not an address"}}
	if diff := cmp.Diff(want, linesOf(got)); diff != "" {
		t.Errorf("Addresses mismatch (-want +got)\n%s", diff)
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("email,role\na@x.example,editor\n")
	f.Add("\"a;b\n")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := invites.ReadCSV([]byte(in), roster.InviteDraft{})
		if err == nil && len(got) > roster.MaxInviteLines {
			t.Errorf("%d lines", len(got))
		}
	})
}
