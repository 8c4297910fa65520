package scim

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// appendText writes a JSON string. Only what must be escaped is (RFC 8259 §7).
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, s[from:i]...), `\ufffd`...)
				from = i + n
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}

// unescape decodes the inside of a JSON string (RFC 8259 §7). The second result
// is empty, or says what is wrong: PostgreSQL can store neither NUL nor half a
// surrogate pair, and no directory means them.
func unescape(s string) (text, wrong string) {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", "a backslash at the end"
		}
		if s[i] == 'u' {
			r, n := unescapeRune(s[i-1:])
			if n == 0 {
				return "", `a \u escape that is no character`
			}
			b.WriteRune(r)
			i += n - 2
			continue
		}
		c, ok := simpleEscape(s[i])
		if !ok {
			return "", `an unknown escape; write \" for a quote and \\ for a backslash`
		}
		b.WriteByte(c)
	}
	return b.String(), ""
}

func simpleEscape(c byte) (byte, bool) {
	switch c {
	case '"', '\\', '/':
		return c, true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	}
	return 0, false
}

// unescapeRune decodes \uXXXX, or two of them for a surrogate pair, at the start of s
// and returns how many bytes it took; 0 when it can't be.
func unescapeRune(s string) (rune, int) {
	r, ok := hexRune(s)
	switch {
	case !ok || r == 0:
		return 0, 0
	case !utf16.IsSurrogate(r):
		return r, 6
	}
	low, ok := hexRune(s[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

func hexRune(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}
