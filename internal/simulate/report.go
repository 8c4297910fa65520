package simulate

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Reporter hears what a run does. Its methods are called one at a time.
type Reporter interface {
	// Exchange is called after every request; status is 0 when no answer came.
	Exchange(step, method, target string, status int)
	// Progress is called every two seconds or so within a long step.
	Progress(step string, done, total int)
	// Step is called after every step that asked anything.
	Step(StepResult)
	// Differ is called for every unexpected answer, as it comes.
	Differ(*Difference)
	// Note is called for what is no fault, but worth knowing.
	Note(text string)
}

type silent struct{}

func (silent) Exchange(string, string, string, int) {}
func (silent) Progress(string, int, int)            {}
func (silent) Step(StepResult)                      {}
func (silent) Differ(*Difference)                   {}
func (silent) Note(string)                          {}

// maxTold bounds how many differences Text prints in full; the summary counts the others.
const maxTold = 3

// Text reports to people, one line per step. Errors of the writer are ignored.
type Text struct {
	W       io.Writer
	Explain bool // adds to each step what was asked and what had to come back
	Verbose bool // adds a line per request

	told int
}

// Exchange prints "  PATCH /Users/1 → 200" when verbose.
func (t *Text) Exchange(_, method, target string, status int) {
	if !t.Verbose {
		return
	}
	came := fmt.Sprint(status)
	if status == 0 {
		came = "no answer"
	}
	t.print("    %s %s → %s\n", method, target, came)
}

// Progress prints how far the step is.
func (t *Text) Progress(step string, done, total int) {
	t.print("  %-28s … %d of %d\n", step, done, total)
}

// Step prints the counts of the step.
func (t *Text) Step(s StepResult) {
	t.print("  %-28s %6d asked  %-36s  p50 %s\n", s.Name, s.Asked, outcome(s), shortMS(s.P50MS))
	if t.Explain {
		t.print("  %28s   %s → %s\n", "", s.Asks, s.Wants)
	}
}

// Differ prints the first few differences.
func (t *Text) Differ(d *Difference) {
	if t.told++; t.told <= maxTold {
		t.print("  ✗ %s\n", strings.ReplaceAll(d.Error(), "\n", "\n    "))
	}
	if t.told == maxTold+1 {
		t.print("  ✗ more unexpected answers are counted, not shown\n")
	}
}

// Note prints the note.
func (t *Text) Note(text string) { t.print("  · %s\n", text) }

// Total prints the end of a run from what Run returned: its trouble, if any was made, and the last line.
func (t *Text) Total(s Summary, err error) {
	if s.Vendor == "" { // refused before it began: err says it all
		return
	}
	if err != nil && s.Unexpected == 0 {
		t.print("%s: stopped after %d requests (%.1f s): %v\n", s.Vendor, s.Requests, s.DurationMS/1000, err)
		return
	}
	if words := troubleWords(s); words != "" {
		t.print("  trouble made: %s\n", words)
	}
	if s.Unexpected == 0 {
		t.print("%s: %d requests, every answer as expected; %d users and %d groups in place (%.1f s)\n",
			s.Vendor, s.Requests, s.Users, s.Groups, s.DurationMS/1000)
		return
	}
	t.print("%s: %d requests, %d UNEXPECTED answers (%.1f s)\n", s.Vendor, s.Requests, s.Unexpected, s.DurationMS/1000)
}

func (t *Text) print(format string, args ...any) { _, _ = fmt.Fprintf(t.W, format, args...) }

// outcome is "1000 answered 200 as expected", with whatever else happened behind it.
func outcome(s StepResult) string {
	codes := slices.Sorted(maps.Keys(s.Statuses))
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = fmt.Sprint(code)
		if len(codes) > 1 {
			words[i] = fmt.Sprintf("%d× %d", s.Statuses[code], code)
		}
	}
	if len(words) == 0 {
		words = []string{"no answer"}
	}
	text := fmt.Sprintf("%6d as expected (%s)", s.Expected, strings.Join(words, ", "))
	if s.Refused > 0 {
		text += fmt.Sprintf("  %d refused", s.Refused)
	}
	if s.Unexpected > 0 {
		text += fmt.Sprintf("  %d UNEXPECTED", s.Unexpected)
	}
	if s.Retried > 0 {
		text += fmt.Sprintf("  %d repeated", s.Retried)
	}
	return text
}

func shortMS(ms float64) string {
	if ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}
