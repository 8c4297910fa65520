package simulate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Summary is what a run did. It is complete for the steps that were taken, also when Run returns an error.
type Summary struct {
	Vendor     Vendor  `json:"vendor"`
	Dialect    Dialect `json:"dialect"`
	Domain     string  `json:"domain"`
	Users      int     `json:"users"`  // people of the company who are in the service at the end
	Groups     int     `json:"groups"` // groups likewise
	Requests   int     `json:"requests"`
	Unexpected int     `json:"unexpected"`
	Retried    int     `json:"retried"`
	// Trouble counts what was done to requests on purpose, by kind. Empty when nothing was asked for.
	Trouble     map[Trouble]int `json:"trouble,omitempty"`
	TroubleSeed int64           `json:"trouble_seed,omitempty"`
	DurationMS  float64         `json:"duration_ms"`
	Steps       []StepResult    `json:"steps"`
	Differences []*Difference   `json:"differences,omitempty"` // the first 25
	Notes       []string        `json:"notes,omitempty"`       // what is no fault, but worth knowing
}

// StepResult counts one step. Asked = Expected + Refused + Unexpected + those that got no answer at all.
type StepResult struct {
	Name       string      `json:"name"`
	Asks       string      `json:"asks"`  // the shape of the request
	Wants      string      `json:"wants"` // what must come back
	Asked      int         `json:"asked"` // requests, repetitions aside
	Expected   int         `json:"expected"`
	Refused    int         `json:"refused,omitempty"` // by a rule of the service that the vendor reports and lives with
	Unexpected int         `json:"unexpected"`
	Retried    int         `json:"retried"`  // repetitions after 429, 5xx or a broken connection
	Statuses   map[int]int `json:"statuses"` // answers by status
	P50MS      float64     `json:"p50_ms"`
	P95MS      float64     `json:"p95_ms"`
	DurationMS float64     `json:"duration_ms"`
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// percentile of sorted durations, in milliseconds; 0 when there are none.
func percentile(sorted []time.Duration, p int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return millis(sorted[(len(sorted)-1)*p/100])
}

func (s *StepResult) timed(took []time.Duration, total time.Duration) {
	slices.Sort(took)
	s.P50MS, s.P95MS = percentile(took, 50), percentile(took, 95)
	s.DurationMS = millis(total)
}

// troubleWords tell of the trouble that was made, "" of none.
func troubleWords(s Summary) string {
	if s.Trouble == nil {
		return ""
	}
	says := map[Trouble]string{
		Throttled: "%d requests turned away", Duplicated: "%d sent twice", Lost: "%d with a lost answer",
		Reordered: "%d changes late and the others in random order",
	}
	var words []string
	for _, kind := range Troubles() {
		if n, there := s.Trouble[kind]; there {
			words = append(words, fmt.Sprintf(says[kind], n))
		}
	}
	return fmt.Sprintf("%s (seed %d)", strings.Join(words, ", "), s.TroubleSeed)
}
