// Package domainname reads names of e-mail domains: one canonical form for all that means the same,
// and a refusal of all that only looks the same.
//
// The canonical form is that of DNS: lower-case A-labels, such as xn--mnchen-3ya.example for
// münchen.example (RFC 5890 §2.3.2.1), without the dot at the end.
package domainname

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// The limits of RFC 1035 §2.3.4, in presentation form.
const (
	MaxName  = 253
	maxLabel = 63
)

// The faults of a name, in words for who typed it: "the domain …".
var (
	ErrLong      = errors.New("the domain has more than 253 characters")
	ErrNoDot     = errors.New("the domain has no dot")
	ErrLabel     = errors.New("the domain has an empty or too long label, or one that starts or ends with a hyphen")
	ErrCharacter = errors.New("the domain has a character that is not an ASCII letter, digit or hyphen (write international domains in their xn-- form)")
	ErrNumber    = errors.New("the domain ends in a number")
	ErrPunycode  = errors.New("the domain has a label that begins with xn-- and is no international name")
	ErrLookAlike = errors.New("the domain has a character that international names turn into another one, or drop; type the name letter by letter, in its usual form")
)

// profile is that of look-ups (RFC 5891 §5), without transitional mapping: faß.example is not
// fass.example.
var profile = idna.Lookup

// Parse reads a name as people write it, with letters beyond ASCII if it has any; blanks around it and
// one dot at its end are dropped. The error is one of those above.
//
// Parse(Parse(x)) is Parse(x). A name beyond ASCII is refused when its A-labels mean anything else than
// what was typed, save for case: full-width letters, soft hyphens, the Kelvin sign and the like are
// mapped by IDNA without a word, so that a name could be shown that is not the one that is meant.
func Parse(s string) (string, error) {
	s = strings.TrimSpace(s)
	if !ascii(s) {
		return international(s)
	}
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if err := Check(s); err != nil {
		return "", err
	}
	return s, nil
}

func international(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", ErrCharacter
	}
	for _, r := range s {
		if r >= utf8.RuneSelf && unicode.ToLower(r) < utf8.RuneSelf { // the Kelvin sign, whose lower case is k
			return "", ErrLookAlike
		}
	}
	labels := strings.Split(norm.NFC.String(strings.ToLower(strings.TrimSuffix(s, "."))), ".")
	for i, l := range labels {
		if ascii(l) {
			continue
		}
		coded, err := profile.ToASCII(l)
		if err != nil { // coded is set all the same
			return "", ErrCharacter
		}
		if back, err := profile.ToUnicode(coded); err != nil || back != l {
			return "", ErrLookAlike
		}
		labels[i] = coded
	}
	name := strings.Join(labels, ".")
	if err := Check(name); err != nil {
		return "", err
	}
	return name, nil
}

// Check says what is wrong with a name in ASCII, in either case; nil: nothing. It accepts host names of at
// least two labels (RFC 1123 §2.1), the last of which does not begin with a digit, so that no IP address
// passes for one, and whose A-labels are what IDNA makes of some name.
func Check(name string) error {
	if len(name) > MaxName {
		return ErrLong
	}
	if !strings.Contains(name, ".") {
		return ErrNoDot
	}
	coded, last := false, ""
	for label := range strings.SplitSeq(name, ".") {
		if err := checkLabel(label); err != nil {
			return err
		}
		// Hyphens in the third and fourth place are kept for encodings (RFC 5891 §4.2.3.1).
		coded = coded || len(label) >= 4 && label[2:4] == "--" && strings.EqualFold(label[:2], "xn")
		last = label
	}
	if last[0] >= '0' && last[0] <= '9' {
		return ErrNumber
	}
	if coded {
		return checkCoded(strings.ToLower(name))
	}
	return nil
}

func checkLabel(l string) error {
	if l == "" || len(l) > maxLabel || l[0] == '-' || l[len(l)-1] == '-' {
		return ErrLabel
	}
	for i := range len(l) {
		c := l[i] | 0x20 // folds letters, and turns no other character into a letter or digit
		if (c < 'a' || c > 'z') && (l[i] < '0' || l[i] > '9') && l[i] != '-' {
			return ErrCharacter
		}
	}
	return nil
}

// checkCoded refuses A-labels that decode to nothing, or that nothing encodes to.
func checkCoded(name string) error {
	decoded, err := profile.ToUnicode(name)
	if err != nil {
		return ErrPunycode
	}
	if again, err := profile.ToASCII(decoded); err != nil || again != name {
		return ErrPunycode
	}
	return nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
