package load

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Report says what came back.
type Report struct {
	Took        time.Duration `json:"took_ns"`
	Directories []Answers     `json:"directories"` // in the order of Config, who floods last
}

// Answers are those of one directory. Times are in milliseconds, from when a request was due.
type Answers struct {
	Directory string      `json:"base_url"`
	Floods    bool        `json:"floods,omitempty"`
	Requests  int         `json:"requests"`
	Status    map[int]int `json:"status"` // how many answers of each
	Lost      int         `json:"lost"`   // requests without an answer
	P50       float64     `json:"p50_ms"`
	P95       float64     `json:"p95_ms"`
	P99       float64     `json:"p99_ms"`
	Max       float64     `json:"max_ms"`
}

func report(all []*stream, took time.Duration) Report {
	r := Report{Took: took}
	for _, s := range all {
		r.Directories = append(r.Directories, s.answers())
	}
	return r
}

func (s *stream) answers() Answers {
	s.mu.Lock()
	a := Answers{Directory: s.directory.BaseURL, Floods: s.floods, Lost: s.lost, Requests: s.lost + len(s.took), Status: map[int]int{}}
	maps.Copy(a.Status, s.status)
	took := slices.Clone(s.took)
	s.mu.Unlock()
	slices.Sort(took)
	a.P50, a.P95, a.P99, a.Max = at(took, 50), at(took, 95), at(took, 99), at(took, 100)
	return a
}

// at is the percentile of sorted times, in milliseconds: the least that so many stay within.
func at(sorted []time.Duration, percent int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	i := (len(sorted)*percent+99)/100 - 1
	return float64(sorted[max(i, 0)].Microseconds()) / 1000
}

// Faults says what the steady directories may complain of: requests without an answer, 429, errors of
// the server, any answer but 2xx, and a 95th percentile of limit or more. Nil: nothing. Who floods
// may be told to wait, but has no claim to errors of the server either.
func (r Report) Faults(limit time.Duration) []string {
	var out []string
	for _, a := range r.Directories {
		for _, status := range sortedKeys(a.Status) {
			fine := status/100 == 2 || a.Floods && status == http.StatusTooManyRequests
			if !fine {
				out = append(out, fmt.Sprintf("%s: %d answers were %d", a.Directory, a.Status[status], status))
			}
		}
		if a.Lost > 0 {
			out = append(out, fmt.Sprintf("%s: %d requests had no answer", a.Directory, a.Lost))
		}
		if got := time.Duration(a.P95 * float64(time.Millisecond)); !a.Floods && got >= limit {
			out = append(out, fmt.Sprintf("%s: 95 of 100 answers took up to %v, the limit is %v", a.Directory, got, limit))
		}
	}
	return out
}

func sortedKeys(m map[int]int) []int {
	var keys []int
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
