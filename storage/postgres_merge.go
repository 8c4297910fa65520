package storage

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// merger makes one statement of the writes of a draft: what PostgreSQL does for each statement, and
// what the way there costs, is then paid once. It remembers the texts, of which there are few. The
// zero merger is ready.
type merger struct {
	mu    sync.Mutex
	texts map[string]string
}

const (
	// mostMerged bounds what is merged into one, and mostTexts how many texts are kept prepared.
	mostMerged = 12
	mostTexts  = 100
	// The parts that are treated apart.
	partEvent = 'v'
	partTally = 't'
)

// merge returns the statement that does what list does, or what does it one by one.
func (m *merger) merge(list []statement) []statement {
	if slices.ContainsFunc(list, func(s statement) bool { return s.apart }) {
		var whole, apart []statement
		for _, s := range list {
			if s.apart {
				apart = append(apart, s)
			} else {
				whole = append(whole, s)
			}
		}
		return append(m.merge(whole), apart...)
	}
	if len(list) == 0 {
		return nil
	}
	var key [mostMerged]byte
	n, events, rows := 0, 0, 0
	for i, s := range list {
		if s.part == partEvent {
			events++ // the parts are run in any order, and events have one
		}
		if s.expects {
			rows++ // of two one would be asked for, and the second change of a row be passed over
		}
		if s.part == 0 || i == mostMerged || events > 1 || rows > 1 {
			return m.each(list)
		}
		key[i] = s.part
		n += len(s.args)
	}
	text, ok := m.text(string(key[:len(list)]), list)
	if !ok {
		return m.each(list)
	}
	args := make([]any, 0, n)
	for _, s := range list {
		args = append(args, s.args...)
	}
	return []statement{{sql: text, args: args}}
}

// each lets those that must write a row fail when they do not.
func (m *merger) each(list []statement) []statement {
	out := slices.Clone(list)
	for i, s := range out {
		if s.expects {
			out[i].sql, _ = m.text(string(s.part), out[i:i+1])
		}
	}
	return out
}

// text returns the merged text, unless there are too many already.
func (m *merger) text(key string, list []statement) (text string, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if text, ok = m.texts[key]; ok {
		return text, true
	}
	if m.texts == nil {
		m.texts = map[string]string{}
	}
	if len(m.texts) >= mostTexts && len(list) > 1 {
		return "", false
	}
	text = mergedText(list)
	m.texts[key] = text
	return text, true
}

// mergedText makes each statement a data-modifying CTE. Each is run once and to its end, and none sees
// what another one does, which none needs.
func mergedText(list []statement) string {
	var b strings.Builder
	first := 0
	expects := ""
	for i, s := range list {
		name := "write" + strconv.Itoa(i)
		b.WriteString(map[bool]string{true: "WITH ", false: ",\n"}[i == 0] + name + " AS (")
		b.WriteString(renumbered(s.sql, first))
		if s.expects {
			b.WriteString(" RETURNING 1")
			expects = "SELECT 1 / count(*) FROM " + name
		}
		b.WriteByte(')')
		first += len(s.args)
	}
	if expects == "" {
		expects = "SELECT 1"
	}
	return b.String() + "\n" + expects
}

// renumbered adds by to the numbers of the arguments. No text of ours holds a dollar sign otherwise.
func renumbered(sql string, by int) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(sql, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := 0
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		n, _ := strconv.Atoi(rest[:end])
		b.WriteString("$" + strconv.Itoa(n+by))
		sql = rest[end:]
	}
}
