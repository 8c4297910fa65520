package password

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The bounds of a password, in characters.
const (
	MinLength = 8
	MaxLength = 256
)

// What is wrong with a password, in words for who chose it.
var (
	errShort    = errors.New("The password is too short: take 8 characters or more. Several words are easy to remember.")                  //nolint:staticcheck,revive // it is shown to people
	errLong     = errors.New("The password is too long: take 256 characters at the most.")                                                 //nolint:staticcheck,revive // it is shown to people
	errText     = errors.New("The password holds characters that can't be typed. Take others.")                                            //nolint:staticcheck,revive // it is shown to people
	errCommon   = errors.New("Many people use this password, so that it is among the first that are guessed. Take another one.")           //nolint:staticcheck,revive // it is shown to people
	errPattern  = errors.New("The password repeats itself, or is a run such as 12345678. Take another one.")                               //nolint:staticcheck,revive // it is shown to people
	errPersonal = errors.New("The password is your name, your address or your team's name, which are easy to guess. Take something else.") //nolint:staticcheck,revive // it is shown to people
)

// normal is the form in which passwords are checked and hashed (NIST SP 800-63B §3.1.1.2).
func normal(text string) string { return norm.NFKC.String(text) }

// Check says in a sentence for people why a password can't be used; nil: it can. about are the person's address, names and
// tenant, of which the password may not be made.
func Check(text string, about ...string) error {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) || c == utf8.RuneError }) {
		return errText
	}
	if len(text) > 4*MaxLength {
		return errLong // before anything is done with it
	}
	text = normal(text)
	n := utf8.RuneCountInString(text)
	folded := strings.ToLower(text)
	switch {
	case n < MinLength:
		return errShort
	case n > MaxLength:
		return errLong
	case pattern([]rune(folded)):
		return errPattern
	case isCommon(folded):
		return errCommon
	case personal(folded, about):
		return errPersonal
	}
	return nil
}

// isCommon says whether a password is on the list, as it is or with what people put behind it to satisfy a rule.
func isCommon(folded string) bool {
	bare := strings.TrimRightFunc(folded, func(c rune) bool { return !unicode.IsLetter(c) })
	return common(folded) || utf8.RuneCountInString(bare) >= MinLength && common(bare)
}

// maxPeriod is how long what a password repeats may be: abcabcabc is no better than abc.
const maxPeriod = 4

// pattern says whether a text is one piece again and again, or each character the next one of the alphabet, or the last.
func pattern(text []rune) bool {
	for period := 1; period <= maxPeriod && 2*period <= len(text); period++ {
		same := true
		for i := period; i < len(text); i++ {
			same = same && text[i] == text[i-period]
		}
		if same {
			return true
		}
	}
	up, down := true, true
	for i := 1; i < len(text); i++ {
		step := text[i] - text[i-1]
		wraps := text[i-1] == '9' && text[i] == '0'
		up, down = up && (step == 1 || wraps), down && step == -1
	}
	return up || down
}

// shortest is how long a name must be to be looked for: Al is in many a good password.
const shortest = 4

// personal says whether little is left of a password without what belongs to the person.
func personal(folded string, about []string) bool {
	rest := folded
	for _, a := range about {
		a = strings.ToLower(normal(strings.TrimSpace(a)))
		if a == "" {
			continue
		}
		if folded == a {
			return true
		}
		parts := strings.FieldsFunc(a, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
		for _, part := range append([]string{a}, parts...) {
			if utf8.RuneCountInString(part) >= shortest {
				rest = strings.ReplaceAll(rest, part, "")
			}
		}
	}
	return rest != folded && utf8.RuneCountInString(rest) < shortest
}
