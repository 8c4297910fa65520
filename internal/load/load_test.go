package load_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/load"
)

// endpoint counts requests by method, and refuses those of a token.
func endpoint(t *testing.T, counts *[3]atomic.Int64, refuse string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+refuse {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		switch r.Method {
		case http.MethodGet:
			counts[0].Add(1)
		case http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			fmt.Fprintf(w, `{"id":"%d"}`, counts[1].Add(1))
		case http.MethodPatch:
			counts[2].Add(1)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestRunMixesRequests(t *testing.T) {
	t.Parallel()
	var counts [3]atomic.Int64
	url := endpoint(t, &counts, "flood")
	steady := []load.Directory{{BaseURL: url + "/one", Token: "a"}, {BaseURL: url + "/two", Token: "b"}}
	r, err := load.Run(t.Context(), load.Config{
		Steady: steady, Rate: 200, For: 500 * time.Millisecond, Flood: load.Directory{BaseURL: url, Token: "flood"}, Connections: 2,
		Domain: "load.example", Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Directories) != 3 || !r.Directories[2].Floods || r.Directories[2].Status[429] == 0 {
		t.Fatalf("report = %+v, want two that are steady and one that floods", r)
	}
	for i := range counts {
		if counts[i].Load() == 0 {
			t.Errorf("no request of method %d was sent", i)
		}
	}
	if faults := r.Faults(time.Minute); faults != nil {
		t.Errorf("faults = %q", faults)
	}
}

func TestRunRefusesNothingToDo(t *testing.T) {
	t.Parallel()
	if _, err := load.Run(t.Context(), load.Config{Now: time.Now}); err == nil {
		t.Error("Run of nothing went well")
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	r := load.Report{Directories: []load.Answers{
		{Directory: "fine", Status: map[int]int{200: 9, 201: 1}, P95: 299},
		{Directory: "slow", Status: map[int]int{200: 9}, P95: 300},
		{Directory: "refused", Status: map[int]int{429: 2, 200: 1, 500: 3}, Lost: 1},
		{Directory: "flood", Floods: true, Status: map[int]int{429: 2, 503: 1}, P95: 9000},
	}}
	want := []string{
		"slow: 95 of 100 answers took up to 300ms, the limit is 300ms",
		"refused: 2 answers were 429", "refused: 3 answers were 500", "refused: 1 requests had no answer",
		"flood: 1 answers were 503",
	}
	if diff := cmp.Diff(want, r.Faults(300*time.Millisecond)); diff != "" {
		t.Errorf("faults mismatch (-want +got):\n%s", diff)
	}
}
