package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// show prints the result of a command: value with --json, else what text
// writes. Lists are never null in JSON.
func (p *program) show(value any, text func(io.Writer)) error {
	if !p.json {
		w := &strings.Builder{}
		text(w)
		_, err := io.WriteString(p.out, w.String())
		return err
	}
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// table writes rows under headings, aligned; instead of an empty table it
// writes a sentence.
func table(w io.Writer, none string, headings []string, rows [][]string) {
	if len(rows) == 0 {
		say(w, "%s", none)
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{headings}, rows...) {
		for i, cell := range row {
			row[i] = printable(cell)
		}
		say(t, "%s", strings.Join(row, "\t"))
	}
	_ = t.Flush() // w is a strings.Builder, which never fails
}

// fields writes pairs of a name and a value, one a line; pairs without a value
// are left out.
func fields(w io.Writer, pairs ...string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			say(t, "%s\t%s", pairs[i], printable(pairs[i+1]))
		}
	}
	_ = t.Flush()
}

func say(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }

// printable keeps names that directories push from moving the cursor or
// colouring the terminal of the operator who lists them. The two joiners are
// letters' business: Persian and Hindi names have them, and emojis.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' {
			return '�'
		}
		return r
	}, s)
}

// when prints a time to the second; the zero time is none.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func list[T, U any](in []T, f func(T) U) []U {
	out := make([]U, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}
