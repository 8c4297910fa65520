package roster

import (
	"log/slog"
	"strings"
	"unicode/utf8"

	"rollcall/internal/tenant/domainname"
)

// Email is an e-mail address in canonical form: folded, its domain in ASCII.
// Plus signs and dots are kept: they may be different mailboxes. It hides
// itself from logs.
type Email string

// LogValue implements slog.LogValuer: only the domain is shown.
func (e Email) LogValue() slog.Value { return slog.StringValue("…@" + e.Domain()) }

// Domain returns the part behind the @; empty for the empty address.
func (e Email) Domain() string {
	_, domain, _ := strings.Cut(string(e), "@")
	return domain
}

const (
	maxLocal   = 64  // RFC 5321 §4.5.3.1.1
	maxAddress = 254 // RFC 5321 §4.5.3.1.3, without the brackets of a path
)

// ParseEmail reads a plain mailbox address, local@domain, as providers send it.
// Quoted local parts, comments, groups and address literals, which RFC 5321
// allows, are refused: nobody's directory has them, and attacks do. Letters
// outside ASCII are refused too; an international domain comes in its xn-- form,
// so that no letter can be taken for another.
// The error is an Invalid one that names what is wrong.
func ParseEmail(s string) (Email, error) {
	local, domain, ok := strings.Cut(s, "@")
	switch {
	case !ok || local == "" || domain == "":
		return "", badEmail("an address has the form name@domain")
	case len(s) > maxAddress:
		return "", badEmail("it has more than 254 characters")
	case len(local) > maxLocal:
		return "", badEmail("the part before the @ has more than 64 characters")
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return "", badEmail("the part before the @ has a dot at its start or end, or two in a row")
	}
	for _, r := range local {
		if !atext(r) && r != '.' {
			return "", badEmail("the part before the @ has a character that is not an ASCII letter, digit or one of .!#$%&'*+/=?^_`{|}~-")
		}
	}
	if err := domainname.Check(domain); err != nil {
		return "", badEmail(err.Error())
	}
	return Email(strings.ToLower(s)), nil
}

func atext(r rune) bool {
	return r < utf8.RuneSelf && (isAlnum(byte(r)) || strings.ContainsRune("!#$%&'*+/=?^_`{|}~-", r))
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func badEmail(why string) error {
	return &Error{Kind: Invalid, Code: CodeEmailInvalid, Field: "email", Detail: "The e-mail address can't be used: " + why + "."}
}

// ParseDomain reads a domain name as people write it, with letters beyond ASCII where it has any, and
// returns its canonical form (see package domainname). The error is an Invalid one.
func ParseDomain(s string) (string, error) {
	name, err := domainname.Parse(s)
	if err != nil {
		return "", &Error{Kind: Invalid, Field: "domain", Detail: "The domain can't be used: " + err.Error() + "."}
	}
	return name, nil
}
