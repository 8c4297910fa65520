package storage

import (
	"fmt"
	"strings"

	"rollcall/internal/roster"
)

// What PostgreSQL can't keep is refused on both databases, so that a roster can move from one to the
// other: a NUL in a text, texts that are not UTF-8, and numbers beyond all measure.

const (
	maxDigits   = 1000 // of a number
	maxExponent = 4    // digits of its exponent
)

func unstorable(field, what string) error {
	return &roster.Error{Kind: roster.Invalid, Field: field, Detail: "A value can't be stored: " + what + "."}
}

// storableText checks a text.
func storableText(field, s string) error {
	if strings.Contains(s, "\x00") {
		return unstorable(field, "it contains the character NUL")
	}
	if strings.ToValidUTF8(s, "") != s {
		return unstorable(field, "it is not UTF-8")
	}
	return nil
}

// storableJSON checks a document that encoding/json wrote.
func storableJSON(doc []byte) error {
	for i := 0; i < len(doc); {
		switch c := doc[i]; {
		case c == '"':
			n, err := storableString(doc[i:])
			if err != nil {
				return err
			}
			i += n
		case c == '-' || '0' <= c && c <= '9':
			n := 0
			for i+n < len(doc) && strings.IndexByte("+-.eE0123456789", doc[i+n]) >= 0 {
				n++
			}
			if err := storableNumber(string(doc[i : i+n])); err != nil {
				return err
			}
			i += n
		default:
			i++
		}
	}
	return nil
}

// storableString checks the string that s begins with, and returns its length.
func storableString(s []byte) (int, error) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return i + 1, nil
		case '\\':
			if i++; strings.HasPrefix(string(s[i:min(i+5, len(s))]), "u0000") {
				return 0, unstorable("", "it contains the character NUL")
			}
		}
	}
	return len(s), nil
}

func storableNumber(s string) error {
	digits, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	if len(digits) > maxDigits || len(strings.TrimLeft(exponent, "+-0")) > maxExponent {
		return unstorable("", fmt.Sprintf("a number has more than %d digits or a too large exponent", maxDigits))
	}
	return nil
}
