package provlog

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	secretToken = `"‹secret›"`
	cutToken    = "…"
	maxDepth    = 40
)

// Body appends a JSON body to dst with its personal values masked. src may end anywhere: what
// is there is masked, and … marks the end. show leaves values as they are, but for secrets;
// whoever cuts a body must not ask for that. What is not JSON is not kept at all.
func Body(dst, src []byte, show bool) []byte { return body(dst, src, show, nil) }

// body is Body for an answer to a request with these words in its values.
func body(dst, src []byte, show bool, values map[string]struct{}) []byte {
	m := masker{src: src, dst: dst, show: show, values: values}
	m.space()
	if m.i == len(src) || src[m.i] != '{' && src[m.i] != '[' {
		return append(dst, "‹"+strconv.Itoa(len(src))+" bytes that are no JSON object›"...)
	}
	m.value("", 0)
	if m.secretPath {
		// The operation's value may stand before its path, and was shown then.
		return body(dst, src, false, values)
	}
	return m.dst
}

// masker reads JSON once, from left to right, and writes what may be seen of it.
type masker struct {
	src        []byte
	i          int
	dst        []byte
	show       bool
	secretPath bool // a path names a secret while values are shown
	values     map[string]struct{}
}

func (m *masker) space() {
	for m.i < len(m.src) && (m.src[m.i] == ' ' || m.src[m.i] == '\n' || m.src[m.i] == '\t' || m.src[m.i] == '\r') {
		m.i++
	}
}

// stop marks the end of what could be read.
func (m *masker) stop() bool {
	m.dst = append(m.dst, cutToken...)
	m.i = len(m.src)
	return false
}

// value masks one value that stands under a key. It returns false at the end of the text.
func (m *masker) value(key string, depth int) bool {
	m.space()
	if m.i == len(m.src) || depth > maxDepth {
		return m.stop()
	}
	switch c := m.src[m.i]; {
	case c == '{':
		return m.object(key, depth)
	case c == '[':
		return m.list(key, depth)
	case c == '"':
		raw, ok := m.text()
		if !ok {
			return m.stop()
		}
		m.masked(key, raw)
	case c == '-' || '0' <= c && c <= '9':
		m.number(key)
	default:
		for _, word := range []string{"true", "false", "null"} {
			if strings.HasPrefix(string(m.src[m.i:min(m.i+5, len(m.src))]), word) {
				m.i += len(word)
				m.dst = append(m.dst, word...)
				return true
			}
		}
		return m.stop()
	}
	return true
}

func (m *masker) object(under string, depth int) bool {
	m.i++
	m.dst = append(m.dst, '{')
	for first := true; ; first = false {
		m.space()
		if m.i < len(m.src) && m.src[m.i] == '}' {
			m.i++
			m.dst = append(m.dst, '}')
			return true
		}
		if !first && !m.byte(',') {
			return m.stop()
		}
		m.space()
		raw, ok := m.text()
		if !ok {
			return m.stop()
		}
		m.name(raw)
		m.space()
		if !m.byte(':') {
			return m.stop()
		}
		key := string(raw)
		if secret(under) {
			key = under
		}
		if !m.value(key, depth+1) {
			return false
		}
	}
}

func (m *masker) list(key string, depth int) bool {
	m.i++
	m.dst = append(m.dst, '[')
	for first := true; ; first = false {
		m.space()
		if m.i < len(m.src) && m.src[m.i] == ']' {
			m.i++
			m.dst = append(m.dst, ']')
			return true
		}
		if !first && !m.byte(',') {
			return m.stop()
		}
		if !m.value(key, depth+1) {
			return false
		}
	}
}

// byte reads and writes one sign.
func (m *masker) byte(c byte) bool {
	if m.i == len(m.src) || m.src[m.i] != c {
		return false
	}
	m.i++
	m.dst = append(m.dst, c)
	return true
}

// text reads a string and returns what stands between its quotes, as it is written.
func (m *masker) text() ([]byte, bool) {
	if m.i == len(m.src) || m.src[m.i] != '"' {
		return nil, false
	}
	for j := m.i + 1; j < len(m.src); j++ {
		switch m.src[j] {
		case '\\':
			j++
		case '"':
			raw := m.src[m.i+1 : j]
			m.i = j + 1
			return raw, true
		}
	}
	return nil, false
}

func (m *masker) number(key string) {
	from := m.i
	for m.i < len(m.src) && strings.IndexByte("+-.eE0123456789", m.src[m.i]) >= 0 {
		m.i++
	}
	raw := m.src[from:m.i]
	switch {
	case secret(key):
		m.dst = append(m.dst, secretToken...)
	case m.show || plainNumber(key):
		m.dst = append(m.dst, raw...)
	default:
		m.dst = append(strconv.AppendInt(append(m.dst, `"‹number `...), int64(len(raw)), 10), `›"`...)
	}
}

// name writes a key: attributes have names, and some clients put paths there.
func (m *masker) name(raw []byte) {
	if m.show && bytes.Contains(raw, []byte(`\u`)) {
		m.secretPath = true // it may be path, with a secret beside it
	}
	if m.show || identifier(raw) {
		m.dst = append(append(append(m.dst, '"'), raw...), '"')
		return
	}
	m.quote(Filter(unquoted(raw)))
}

// masked writes a string that stands under a key.
func (m *masker) masked(key string, raw []byte) {
	isPath := strings.EqualFold(key, "path")
	switch {
	case secret(key):
		m.dst = append(m.dst, secretToken...)
	case m.show:
		m.secretPath = m.secretPath || isPath && secret(unquoted(raw))
		m.dst = append(append(append(m.dst, '"'), raw...), '"')
	case len(raw) == 0 || visible(key, raw):
		m.dst = append(append(append(m.dst, '"'), raw...), '"')
	case isPath && len(raw) > 0 && raw[0] != '/':
		m.quote(Filter(unquoted(raw)))
	case isPath:
		m.quote(Path(unquoted(raw))) // of a bulk operation
	case strings.EqualFold(key, "detail"):
		m.quote(Detail(unquoted(raw), m.values))
	default:
		m.dst = append(m.dst, '"')
		m.dst = append(token(m.dst, raw), '"')
	}
}

func (m *masker) quote(s string) {
	b, _ := json.Marshal(s) //nolint:errchkjson // strings always encode
	m.dst = append(m.dst, b...)
}

// token says what stood there: its kind and its length in characters.
func token[T string | []byte](dst []byte, raw T) []byte {
	kind := "‹text "
	for i := range len(raw) {
		if raw[i] == '@' && i > 0 && i < len(raw)-1 {
			kind = "‹email "
			break
		}
	}
	return append(strconv.AppendInt(append(dst, kind...), int64(utf8.RuneCountInString(string(raw))), 10), "›"...)
}

func unquoted(raw []byte) string {
	for _, c := range raw {
		if c == '\\' {
			var s string
			if json.Unmarshal([]byte(`"`+string(raw)+`"`), &s) != nil {
				return ""
			}
			return s
		}
	}
	return string(raw)
}
