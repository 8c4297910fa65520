package simulate

import (
	"testing"
	"time"
)

func TestParseRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)
	tests := []struct {
		text string
		want time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"7", 7 * time.Second},
		{"-7", 0},
		{"99999999999", (1 << 20) * time.Second},
		{"soon", 0},
		{"Sun, 29 Mar 2026 01:00:30 GMT", 30 * time.Second},
		{"Sun, 29 Mar 2026 00:00:00 GMT", 0},
	}
	for _, tt := range tests {
		if got := parseRetryAfter(tt.text, now); got != tt.want {
			t.Errorf("parseRetryAfter(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	tests := []struct {
		try  int
		told time.Duration
		want time.Duration
	}{
		{1, 0, 250 * time.Millisecond},
		{2, 0, 500 * time.Millisecond},
		{5, 0, 4 * time.Second},
		{6, 0, 5 * time.Second},
		{60, 0, 5 * time.Second},
		{60, time.Minute, time.Minute},
	}
	for _, tt := range tests {
		if got := pause(tt.try, tt.told); got != tt.want {
			t.Errorf("pause(%d, %v) = %v, want %v", tt.try, tt.told, got, tt.want)
		}
	}
}
