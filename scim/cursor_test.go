package scim

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

var cursorTime = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func cursorDoor(now time.Time, secret string) *Door {
	return &Door{Config: Config{Now: func() time.Time { return now }}, signer: newSigner([]byte(secret))}
}

func TestCursor(t *testing.T) {
	t.Parallel()
	last := tenant.NewUUID(cursorTime)
	byID := list{byCursor: true, bound: "a list", total: -1}
	d := cursorDoor(cursorTime, "one")

	key, empty := "ann@acme.example", ""
	for _, want := range []place{{id: last}, {last, &key}, {last, &empty}} {
		cursor := d.next(byID, want, 25)
		if strings.Trim(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("cursor %q has characters that a URL reserves", cursor)
		}
		got := byID
		if err := d.resume(&got, cursor); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.after, cmp.AllowUnexported(place{})); diff != "" || got.total != 25 || got.start != 1 {
			t.Errorf("resumed in a list of %d from %d, want 25 from 1, and behind (-want +got)\n%s", got.total, got.start, diff)
		}
	}

	got := byID
	if err := d.resume(&got, ""); err != nil || got.start != 1 || got.total != -1 {
		t.Errorf("empty cursor resumed from %d with %v, want the first page", got.start, err)
	}
}

func TestCursorRefused(t *testing.T) {
	t.Parallel()
	l := list{byCursor: true, bound: "a list"}
	other := list{byCursor: true, bound: "another list"}
	d := cursorDoor(cursorTime, "one")
	good := d.next(l, place{id: tenant.NewUUID(cursorTime)}, 9)
	for _, tt := range []struct {
		name   string
		door   *Door
		list   list
		cursor string
		want   error
	}{
		{"other list", d, other, good, roster.BadCursor},
		{"other secret", cursorDoor(cursorTime, "two"), l, good, roster.BadCursor},
		{"one character changed", d, l, flip(good), roster.BadCursor},
		{"cut", d, l, good[:len(good)-4], roster.BadCursor},
		{"not base64", d, l, "!!", roster.BadCursor},
		{"just before its end", cursorDoor(cursorTime.Add(cursorLife-time.Second), "one"), l, good, nil},
		{"at its end", cursorDoor(cursorTime.Add(cursorLife), "one"), l, good, roster.OldCursor},
		{"old and forged", cursorDoor(cursorTime.Add(cursorLife), "two"), l, good, roster.BadCursor},
	} {
		if err := tt.door.resume(&tt.list, tt.cursor); !errors.Is(err, tt.want) {
			t.Errorf("%s: resume = %v, want %v", tt.name, err, tt.want)
		}
	}
}

// flip changes the character in the middle.
func flip(s string) string {
	i, c := len(s)/2, "A"
	if s[i] == 'A' {
		c = "B"
	}
	return s[:i] + c + s[i+1:]
}
