package scim

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
)

// checkText holds a text of a tenant's own attribute to its type (RFC 7643 §2.3) and values.
func (a *attribute) checkText(v value, path string) error {
	text := v.text()
	if text == "" {
		return nil
	}
	switch a.typ {
	case dateTimeType:
		if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
			return invalid(path, `Attribute %q must be a time such as "2026-01-31T12:00:00Z", not %s.`, path, v.describe())
		}
	case referenceType:
		if _, err := url.Parse(text); err != nil || strings.ContainsAny(text, " \t\r\n") {
			return invalid(path, "Attribute %q must be a URI, not %s.", path, v.describe())
		}
	case binaryType:
		if !isBase64(text) {
			return invalid(path, "Attribute %q must be base64 (RFC 4648 §4).", path)
		}
	}
	return a.checkCanonical(v, path)
}

// conformNumber takes a number, and from lenient directories one in quotes.
func (q quirks) conformNumber(v value, a *attribute, path string) (value, error) {
	if v.shape == textShape && !q.strict {
		if strings.TrimSpace(v.text()) == "" {
			return value{}, nil // as oneLoginEmptyBoolean
		}
		v = entraStringNumber(v)
	}
	kind := "a number"
	if a.typ == integerType {
		kind = "a whole number"
	}
	if v.shape != numberShape || a.typ == integerType && strings.ContainsAny(v.raw, ".eE") {
		return value{}, invalid(path, "Attribute %q must be %s, not %s.", path, kind, v.describe())
	}
	return v, nil
}

// entraStringNumber reads a number in quotes: Entra knows no numbers in the attributes of most applications and sends
// texts. What is no number stays a text.
func entraStringNumber(v value) value {
	n, err := parseValue([]byte(strings.TrimSpace(v.text())))
	if err != nil || n.shape != numberShape {
		return v
	}
	return n
}

// isBase64 accepts both alphabets, with padding or without (RFC 4648 §3.2, §5).
func isBase64(s string) bool {
	s = strings.TrimRight(s, "=")
	_, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		_, err = base64.RawURLEncoding.DecodeString(s)
	}
	return err == nil
}

// checkCanonical refuses values that a tenant's schema does not list. The canonical values of RFC 7643 are
// suggestions only.
func (a *attribute) checkCanonical(v value, path string) error {
	text := v.text()
	if len(a.canonical) == 0 || text == "" {
		return nil
	}
	ok := slices.ContainsFunc(a.canonical, func(c string) bool {
		return c == text || !a.exact && roster.Fold(c) == roster.Fold(text)
	})
	if ok {
		return nil
	}
	quoted := make([]string, 0, len(a.canonical))
	for _, c := range a.canonical[:min(len(a.canonical), 20)] {
		quoted = append(quoted, strconv.Quote(c))
	}
	return invalid(path, "Attribute %q can't be %s. It takes %s.", path, v.describe(), strings.Join(quoted, ", "))
}
