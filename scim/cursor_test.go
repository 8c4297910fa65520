package scim

import (
	"errors"
	"strings"
	"testing"
	"time"

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
	bySort := byID
	bySort.order = roster.Field{Column: roster.ColumnLogin}
	d := cursorDoor(cursorTime, "one")

	cursor := d.next(byID, roster.Query{}, last, 10, 25)
	if strings.Trim(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("cursor %q has characters that a URL reserves", cursor)
	}
	got := byID
	if err := d.resume(&got, cursor); err != nil {
		t.Fatal(err)
	}
	if got.after != last || got.total != 25 || got.start != 1 {
		t.Errorf("resumed behind %v of %d from %d, want %v of 25 from 1", got.after, got.total, got.start, last)
	}

	got = bySort
	if err := d.resume(&got, d.next(bySort, roster.Query{Offset: 10}, last, 10, 25)); err != nil {
		t.Fatal(err)
	}
	if got.start != 21 || !got.after.IsZero() {
		t.Errorf("sorted list resumed from %d behind %v, want 21", got.start, got.after)
	}

	got = byID
	if err := d.resume(&got, ""); err != nil || got.start != 1 || got.total != -1 {
		t.Errorf("empty cursor resumed from %d with %v, want the first page", got.start, err)
	}
}

func TestCursorRefused(t *testing.T) {
	t.Parallel()
	l := list{byCursor: true, bound: "a list"}
	other := list{byCursor: true, bound: "another list"}
	d := cursorDoor(cursorTime, "one")
	good := d.next(l, roster.Query{}, tenant.NewUUID(cursorTime), 1, 9)
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
