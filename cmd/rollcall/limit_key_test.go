package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/internal/api"
	"rollcall/internal/connect"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/invites"
	"rollcall/storage/shortlived"
)

// noStore is what is not asked before the key is known to be the operator's.
type noStore struct {
	roster.Store
	roster.Locator
}

// TestGuesses_of_the_operators_key: an address with too many wrong keys waits, even with the right one, and alone.
func TestGuesses_of_the_operators_key(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	short := shortlived.NewMemory(clock, 0)
	defer func() { _ = short.Close() }()
	right := strings.Repeat("k", minOperatorKey)
	door, err := api.New(api.Config{
		Roster: &roster.Roster{}, Store: noStore{}, Locator: noStore{}, Who: api.NewOperatorKey(right), Kept: kept{short}, Key: secret.NewKey(),
		Now: clock, Endpoints: func(tenant.DirectoryID) api.Endpoints { return api.Endpoints{} }, Guesses: keyGuesses{short},
		Connections: &connect.Service{}, Inviter: invites.Sender{},
	})
	if err != nil {
		t.Fatal(err)
	}
	routes := mux.NewRouter()
	door.Routes(routes)
	ask := func(address, key string) (status int, retry string) {
		r := requestFrom(address, "")
		r.Method, r.URL.Path = http.MethodGet, api.Prefix+"/nothing" // which is told to those with a key alone
		r.Header.Set("Authorization", "Bearer "+key)
		w := httptest.NewRecorder()
		routes.ServeHTTP(w, r)
		return w.Code, w.Header().Get("Retry-After")
	}
	const bad, good = "8.8.8.8:1", "9.9.9.9:1"
	expect := func(what, address, key string, want int, wait string) {
		t.Helper()
		if status, retry := ask(address, key); status != want || retry != wait {
			t.Errorf("%s is answered %d, Retry-After %q; want %d, %q", what, status, retry, want, wait)
		}
	}
	rate, _ := guessRates()
	for range rate.Burst + 10 {
		expect("the right key", bad, right, http.StatusNotFound, "") // never counts
	}
	for range rate.Burst {
		expect("a wrong key", bad, "wrong", http.StatusUnauthorized, "")
	}
	expect("one too many", bad, "wrong", http.StatusTooManyRequests, "2")
	expect("the right key in between", bad, right, http.StatusTooManyRequests, "2")
	expect("another address", good, right, http.StatusNotFound, "")
	now = now.Add(2 * time.Second)
	expect("the right key after the wait", bad, right, http.StatusNotFound, "")
	expect("a wrong key after the wait", bad, "wrong", http.StatusUnauthorized, "")
	expect("the next wrong key", bad, "wrong", http.StatusTooManyRequests, "2")
}
