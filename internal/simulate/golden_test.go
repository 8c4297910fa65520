package simulate_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/simulate"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestRun_exchange holds every request of a small run, in each dialect, to the recorded text: the wire
// shapes are the point of this package, so a change of one must be seen.
func TestRun_exchange(t *testing.T) {
	t.Parallel()
	for _, way := range everyWay {
		t.Run(string(way.vendor)+"_"+string(way.dialect), func(t *testing.T) {
			t.Parallel()
			var text bytes.Buffer
			base := newService(faults{}).serve(t, recordTo(&text))
			cfg := config(way.vendor, base)
			cfg.Dialect, cfg.Users, cfg.Groups, cfg.Concurrency = way.dialect, 4, 1, 1
			if _, err := simulate.Run(t.Context(), cfg); err != nil {
				t.Fatalf("Run: %v", err)
			}
			golden(t, fmt.Sprintf("%s_%s.txt", way.vendor, way.dialect), text.String())
		})
	}
}

// recordTo writes "METHOD target\nbody\n→ status" for each request.
func recordTo(w io.Writer) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			target, _ := url.QueryUnescape(strings.TrimPrefix(r.URL.RequestURI(), "/scim/v2"))
			fmt.Fprintf(w, "%s %s\n", r.Method, target)
			if len(body) > 0 {
				fmt.Fprintf(w, "%s\n", body)
			}
			status := &statusWriter{ResponseWriter: rw}
			next.ServeHTTP(status, r)
			fmt.Fprintf(w, "→ %d\n\n", status.code)
		})
	}
}

type statusWriter struct {
	http.ResponseWriter
	code int
}

func (w *statusWriter) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s mismatch (-want +got):\n%s", name, diff)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		faults faults
	}{
		{"report_good.txt", faults{}},
		{"report_bad.txt", faults{removeTakesAll: true}},
		{"report_refused.txt", faults{refusesNewMail: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			report := &simulate.Text{W: &out, Explain: true}
			cfg := config(simulate.Entra, newService(tt.faults).serve(t, nil))
			cfg.Users, cfg.Groups, cfg.Concurrency, cfg.Report = 12, 3, 1, report
			summary, err := simulate.Run(t.Context(), cfg)
			if _, ok := errors.AsType[*simulate.Difference](err); err != nil && !ok {
				t.Fatalf("Run: %v", err)
			}
			report.Total(summary, err)
			golden(t, tt.name, out.String())
		})
	}
}

// spy counts what it is told.
type spy struct {
	simulate.Text

	progress []string
	requests int
}

func (s *spy) Progress(step string, done, total int) {
	s.progress = append(s.progress, step)
	s.Text.Progress(step, done, total)
}

func (s *spy) Exchange(step, method, target string, status int) {
	s.requests++
	s.Text.Exchange(step, method, target, status)
}

func TestReporter_hears_of_progress_in_long_steps_only(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	report := &spy{Text: simulate.Text{W: &out, Verbose: true}}
	cfg := config(simulate.Google, newService(faults{}).serve(t, nil))
	cfg.Users, cfg.Report = 320, report
	summary, err := simulate.Run(t.Context(), cfg)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	// 320 people take 2 s and more by a clock that moves 2 ms a look; the share of suspended people is over sooner.
	if len(report.progress) == 0 {
		t.Error("no progress was told")
	}
	for _, step := range report.progress {
		if step == "suspend user" || step == "test connection" {
			t.Errorf("progress was told of %q", step)
		}
	}
	if report.requests != summary.Requests {
		t.Errorf("told of %d requests, summary has %d", report.requests, summary.Requests)
	}
	if !strings.Contains(out.String(), "PUT /Users/00000000-0000-4000-8000-") {
		t.Error("the verbose report names no request")
	}
}
