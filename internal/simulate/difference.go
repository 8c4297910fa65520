package simulate

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Difference is one answer that the vendor could not have lived with.
type Difference struct {
	Step   string `json:"step"`
	Method string `json:"method"`
	Target string `json:"target"`         // path and decoded query, below the base URL
	Sent   string `json:"sent,omitempty"` // body, cut to a readable length, passwords struck out
	// After is the change before it, when this request only looked what that had done.
	After  string   `json:"after,omitempty"`
	Wanted string   `json:"wanted"`
	Status int      `json:"status"`
	Answer string   `json:"answer,omitempty"` // body, cut likewise
	Lines  []string `json:"lines"`            // what differs, one sentence each
}

// Error tells the whole difference, on several lines.
func (d *Difference) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %s\n", d.Step, d.Method, d.Target)
	if d.Sent != "" {
		fmt.Fprintf(&b, "  sent:   %s\n", d.Sent)
	}
	if d.After != "" {
		fmt.Fprintf(&b, "  after:  %s\n", d.After)
	}
	fmt.Fprintf(&b, "  wanted: %s\n", d.Wanted)
	fmt.Fprintf(&b, "  came:   %d", d.Status)
	if d.Answer != "" {
		fmt.Fprintf(&b, " %s", d.Answer)
	}
	for _, line := range d.Lines {
		fmt.Fprintf(&b, "\n  - %s", line)
	}
	return b.String()
}

// hopeless reports whether nothing after this can go well either.
func (d *Difference) hopeless() bool {
	return d.Status == http.StatusUnauthorized || d.Status == http.StatusForbidden
}

const (
	maxShown = 600 // bytes of a body in a Difference
	maxLines = 12  // lines of a Difference
)

func difference(step string, req request, e expect, ans answer, lines []string) *Difference {
	d := &Difference{
		Step: step, Method: req.method, Target: req.target(),
		Wanted: e.say, Status: ans.status, Answer: trim(string(ans.body)), Lines: lines,
	}
	if req.body != nil {
		d.Sent = trim(sentText(req.body))
	}
	if e.after != nil {
		d.After = trim(e.after.method + " " + e.after.target() + " " + sentText(e.after.body))
	}
	if len(lines) > maxLines {
		d.Lines = append(slices.Clone(lines[:maxLines]), fmt.Sprintf("and %d more", len(lines)-maxLines))
	}
	return d
}

// sentText is the body as text.
func sentText(body any) string {
	text, err := encode(body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

var passwords = regexp.MustCompile(`"password":\s*"(\\.|[^"\\])*"`)

// trim makes a body fit to be shown: one line, not too long, no password.
func trim(s string) string {
	s = passwords.ReplaceAllString(s, `"password":"…"`)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "…"
}
