package api

import (
	"bytes"
	"errors"
	"testing"

	"rollcall/internal/roster"
)

func TestCursor(t *testing.T) {
	t.Parallel()
	c := cursors{bytes.Repeat([]byte{1}, 32)}
	good := c.write("/a?q=1", []byte("place"))
	tests := []struct {
		name, list, cursor string
		want               string
		refused            bool
	}{
		{"none is the first page", "/a?q=1", "", "", false},
		{"as it was given", "/a?q=1", good, "place", false},
		{"of another filter", "/a?q=2", good, "", true},
		{"of another list", "/b?q=1", good, "", true},
		{"of another gateway", "/a?q=1", cursors{[]byte("other")}.write("/a?q=1", []byte("place")), "", true},
		{"cut short", "/a?q=1", good[:len(good)-2], "", true},
		{"a signature alone", "/a?q=1", c.write("/a?q=1", nil), "", true},
		{"no base64", "/a?q=1", "?!", "", true},
		{"with something behind", "/a?q=1", good + "AAAA", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.read(tt.list, tt.cursor)
			if string(got) != tt.want || errors.Is(err, roster.BadCursor) != tt.refused {
				t.Errorf("read(%q, %q) = %q, %v; want %q, refused %v", tt.list, tt.cursor, got, err, tt.want, tt.refused)
			}
		})
	}
}
