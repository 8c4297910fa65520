package simulate_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/simulate"
)

// roads lists each kind of trouble alone, and all together.
func roads() map[string][]simulate.Trouble {
	all := map[string][]simulate.Trouble{"all": simulate.Troubles()}
	for _, kind := range simulate.Troubles() {
		all[string(kind)] = []simulate.Trouble{kind}
	}
	return all
}

// TestTrouble_ends_where_a_calm_run_ends, for every vendor in every dialect, on every kind of bad road.
func TestTrouble_ends_where_a_calm_run_ends(t *testing.T) {
	t.Parallel()
	for _, way := range everyWay {
		for name, kinds := range roads() {
			t.Run(fmt.Sprintf("%s/%s/%s", name, way.vendor, way.dialect), func(t *testing.T) {
				t.Parallel()
				calm, bad := newService(faults{}), newService(faults{})
				cfg := config(way.vendor, calm.serve(t, nil))
				cfg.Dialect, cfg.Users = way.dialect, 25
				if _, err := simulate.Run(t.Context(), cfg); err != nil {
					t.Fatalf("calm Run: %v", err)
				}
				cfg.BaseURL, cfg.Trouble = bad.serve(t, nil), kinds
				for seed := range int64(2) {
					cfg.TroubleSeed = seed + 1
					summary, err := simulate.Run(t.Context(), cfg)
					if err != nil {
						t.Fatalf("Run with seed %d: %v", cfg.TroubleSeed, err)
					}
					for _, kind := range kinds {
						if summary.Trouble[kind] == 0 {
							t.Errorf("seed %d made no %s", cfg.TroubleSeed, kind)
						}
					}
					if diff := cmp.Diff(calm.state(t), bad.state(t)); diff != "" {
						t.Errorf("Run with seed %d ends elsewhere (-calm +bad):\n%s", cfg.TroubleSeed, diff)
					}
				}
			})
		}
	}
}

// state is the snapshot without any order.
func (s *service) state(t *testing.T) []string {
	t.Helper()
	lines := s.snapshot(t)
	for i, line := range lines {
		parts := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("{}[],", r) })
		slices.Sort(parts)
		lines[i] = strings.Join(parts, " ")
	}
	slices.Sort(lines)
	return lines
}

// TestTrouble_repeats: the same seed makes the same trouble, whoever does the work.
func TestTrouble_repeats(t *testing.T) {
	t.Parallel()
	var before map[simulate.Trouble]int
	for _, workers := range []int{1, 8} {
		cfg := config(simulate.Entra, newService(faults{}).serve(t, nil))
		cfg.Trouble, cfg.TroubleSeed, cfg.Concurrency = simulate.Troubles(), 7, workers
		summary, err := simulate.Run(t.Context(), cfg)
		if err != nil {
			t.Fatalf("Run: %v", err)
		}
		if diff := cmp.Diff(before, summary.Trouble); before != nil && diff != "" {
			t.Errorf("trouble with %d workers mismatch (-before +now):\n%s", workers, diff)
		}
		before = summary.Trouble
	}
}

// TestTrouble_finds_the_fault that shows on a bad road only.
func TestTrouble_finds_the_fault(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind   simulate.Trouble
		vendor simulate.Vendor
		faults faults
		says   string
	}{
		{simulate.Duplicated, simulate.Okta, faults{allowsDoubles: true}, "both were answered 201"},
		{simulate.Duplicated, simulate.Google, faults{deletesNothing: true}, "both were answered 204"},
		{simulate.Reordered, simulate.Google, faults{ignoresPatch: true}, "want"},
	}
	for _, tt := range tests {
		t.Run(tt.says, func(t *testing.T) {
			t.Parallel()
			cfg := config(tt.vendor, newService(tt.faults).serve(t, nil))
			cfg.Users, cfg.Trouble = 60, []simulate.Trouble{tt.kind}
			summary, err := simulate.Run(t.Context(), cfg)
			var found []string
			for _, d := range summary.Differences {
				found = append(found, d.Error())
			}
			if _, ok := errors.AsType[*simulate.Difference](err); !ok || !strings.Contains(strings.Join(found, "\n"), tt.says) {
				t.Errorf("Run = %v, want a Difference that says %q", err, tt.says)
			}
		})
	}
}

func TestParseTroubles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []simulate.Trouble
		ok   bool
	}{
		{"", nil, true},
		{"all", simulate.Troubles(), true},
		{"lost, throttled", []simulate.Trouble{simulate.Lost, simulate.Throttled}, true},
		{"lost,rain", nil, false},
	}
	for _, tt := range tests {
		got, err := simulate.ParseTroubles(tt.text)
		if diff := cmp.Diff(tt.want, got); diff != "" || (err == nil) != tt.ok {
			t.Errorf("ParseTroubles(%q) = %v, mismatch (-want +got):\n%s", tt.text, err, diff)
		}
	}
}
