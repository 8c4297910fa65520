package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"rollcall/internal/tenant"
	"rollcall/storage/shortlived"
)

func requestFrom(remote, forwarded string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
	r.RemoteAddr = remote
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	return r
}

func TestSender(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ remote, forwarded, want string }{
		{"8.8.8.8:1", "", "8.8.8.8"},
		{"8.8.8.8:1", "1.1.1.1", "8.8.8.8"}, // not our proxy: anybody can write a header
		{"127.0.0.1:1", "9.9.9.9, 1.1.1.1", "1.1.1.1"},
		{"10.0.0.1:1", "nonsense", "10.0.0.1"},
		{"[2606:4700:1:2:3::4]:1", "", "2606:4700:1:2::/64"},
		{"[::ffff:8.8.8.8]:1", "", "8.8.8.8"},
	} {
		if got := sender(requestFrom(tt.remote, tt.forwarded)); got != tt.want {
			t.Errorf("sender(%s, %q) = %s, want %s", tt.remote, tt.forwarded, got, tt.want)
		}
	}
}

// TestGuesses_P2: an address that fails too often waits, at that directory and alone.
func TestGuesses_P2(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	short := shortlived.NewMemory(func() time.Time { return now }, 0)
	defer func() { _ = short.Close() }()
	g := guesses{short}
	ours, theirs := tenant.DirectoryID{UUID: tenant.NewUUID(now)}, tenant.DirectoryID{UUID: tenant.NewUUID(now)}
	bad, good := requestFrom("8.8.8.8:1", ""), requestFrom("9.9.9.9:1", "")
	n := 0
	for ; n < 1000 && g.Wait(bad, ours) == 0; n++ {
		g.Failed(bad, ours)
	}
	if byAddress, _ := guessRates(); n != byAddress.Burst {
		t.Errorf("%d failures were let through, want %d", n, byAddress.Burst)
	}
	if g.Wait(good, ours) != 0 || g.Wait(bad, theirs) != 0 {
		t.Error("others wait too")
	}
	now = now.Add(time.Minute)
	if g.Wait(bad, ours) != 0 {
		t.Error("it waits for ever")
	}
}
