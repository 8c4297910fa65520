package roster

import (
	"log/slog"
	"strings"
	"unicode/utf8"
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
	maxLocal  = 64  // RFC 5321 §4.5.3.1.1
	maxDomain = 253 // RFC 1035 §2.3.4, in presentation form
	maxLabel  = 63
)

// ParseEmail reads a plain mailbox address, local@domain, as providers send it.
// Quoted local parts, comments, groups and address literals, which RFC 5321
// allows, are refused: nobody's directory has them, and attacks do. Letters
// outside ASCII are refused too; an international domain comes in its xn-- form.
// The error is an Invalid one that names what is wrong.
func ParseEmail(s string) (Email, error) {
	local, domain, ok := strings.Cut(s, "@")
	switch {
	case !ok || local == "" || domain == "":
		return "", badEmail("an address has the form name@domain")
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
	if why := domainFault(domain); why != "" {
		return "", badEmail(why)
	}
	return Email(strings.ToLower(s)), nil
}

func atext(r rune) bool {
	return r < utf8.RuneSelf && (isAlnum(byte(r)) || strings.ContainsRune("!#$%&'*+/=?^_`{|}~-", r))
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// domainFault says what is wrong with a domain, or "". It accepts host names of
// at least two labels (RFC 1123 §2.1), the last of which is not a number, so
// that no IP address passes for one.
func domainFault(domain string) string {
	if len(domain) > maxDomain {
		return "the domain has more than 253 characters"
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return "the domain has no dot"
	}
	for _, l := range labels {
		if l == "" || len(l) > maxLabel || l[0] == '-' || l[len(l)-1] == '-' {
			return "the domain has an empty or too long label, or one that starts or ends with a hyphen"
		}
		for i := range len(l) {
			if !isAlnum(l[i]) && l[i] != '-' {
				return "the domain has a character that is not an ASCII letter, digit or hyphen (write international domains in their xn-- form)"
			}
		}
	}
	if last := labels[len(labels)-1]; last[0] >= '0' && last[0] <= '9' {
		return "the domain ends in a number"
	}
	return ""
}

func badEmail(why string) error {
	return &Error{Kind: Invalid, Code: CodeEmailInvalid, Field: "email", Detail: "The e-mail address can't be used: " + why + "."}
}

// ParseDomain reads a domain name in ASCII and returns it in lower case; a
// trailing dot is dropped. The error is an Invalid one.
func ParseDomain(s string) (string, error) {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if why := domainFault(s); why != "" {
		return "", &Error{Kind: Invalid, Field: "domain", Detail: "The domain can't be used: " + why + "."}
	}
	return s, nil
}
