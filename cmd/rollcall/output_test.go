package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
)

func TestReportSaysWhatToChangeInOneLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want string
		code int
	}{
		{"nothing", nil, "", 0},
		{
			"a rule's refusal", fmt.Errorf("set role: %w", &roster.Error{Kind: roster.Refused, Code: roster.CodeLastAdmin, Detail: "Name another admin first."}),
			"rollcall: Name another admin first. (last_admin)\n", 1,
		},
		{"a bad value", &roster.Error{Kind: roster.Invalid, Field: "role", Detail: "There is no such role."}, "rollcall: There is no such role.\n", 1},
		{
			"a store that is away", fmt.Errorf("ping: %w", &roster.Error{Kind: roster.Unavailable, Err: errors.New("refused")}),
			"rollcall: the database can't be reached or is too busy now; compare ROLLCALL_DATABASE_URL and try again: ping: unavailable: refused\n", 1,
		},
		{"several lines", errors.New("one\n\ttwo"), "rollcall: one two\n", 1},
		{"what moves the cursor", errors.New("a\x1b[2Jb"), "rollcall: a�[2Jb\n", 1},
		{"the command line", usage("no such flag"), "rollcall: no such flag\n", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var w bytes.Buffer
			if code := report(&w, tt.err); code != tt.code {
				t.Errorf("exit code = %d, want %d", code, tt.code)
			}
			if diff := cmp.Diff(tt.want, w.String()); diff != "" {
				t.Errorf("report mismatch (-want +got)\n%s", diff)
			}
		})
	}
}

func TestTablesShowNoControlCharacters(t *testing.T) {
	t.Parallel()
	var w strings.Builder
	table(&w, "none", []string{"NAME", "ID"}, [][]string{{"Eve\x1b[31m\u202e", "1"}, {"Ann", "2"}, {"می\u200cنا", "3"}})
	want := "NAME       ID\nEve�[31m�  1\nAnn        2\nمی\u200cنا      3\n"
	if diff := cmp.Diff(want, w.String()); diff != "" {
		t.Errorf("table mismatch (-want +got)\n%s", diff)
	}
}

func TestParseExpiry(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct{ in, want string }{
		{"", ""},
		{"90d", "2026-05-30T12:00:00Z"},
		{"12h", "2026-03-02T00:00:00Z"},
		{"2027-01-31", "2027-01-31T00:00:00Z"},
		{"2026-03-01T13:00:00+00:00", "2026-03-01T13:00:00Z"},
		{"0d", "refused"},
		{"-1h", "refused"},
		{"2025-01-01", "refused"},
		{"soon", "refused"},
		{"99999999999d", "refused"},
	}
	for _, tt := range tests {
		at, err := tokenFlags{Expires: tt.in}.expiry(now)
		got := when(at)
		if err != nil {
			got = "refused"
		}
		if got != tt.want {
			t.Errorf("expiry(%q) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestCursorsReadWhatTheyWrote(t *testing.T) {
	t.Parallel()
	for _, want := range []cursor{{}, {roster.Cursor{Seq: 7}}, {roster.Cursor{Epoch: 1<<64 - 1, Seq: 1<<63 - 1}}} {
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got cursor
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Errorf("UnmarshalText(%s) = %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "1", "1.", ".1", "1.-1", "1.2.3", "1.2x", "x.1", "-1.2"} {
		if err := new(cursor).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("UnmarshalText(%q) accepted it", bad)
		}
	}
}
