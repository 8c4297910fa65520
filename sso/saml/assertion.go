package saml

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/beevik/etree"
)

// Assertion is what a provider says of a person, every word of it from bytes whose signature was verified.
type Assertion struct {
	ID     string
	Issuer string // the provider's entity id

	// NameID is the subject, with format and qualifiers as they came. White space around it is taken off.
	NameID          string
	NameIDFormat    string
	NameQualifier   string
	SPNameQualifier string

	SessionIndex string
	AuthnInstant time.Time
	AuthnContext string

	Attributes []Attribute // in the provider's order
	// LeftOut names what was not understood and so not used, for a test sign-in.
	LeftOut []string

	IssueInstant time.Time
	NotOnOrAfter time.Time
	// ReplayUntil is how long the id has to be remembered: afterwards Verify refuses the assertion anyway.
	ReplayUntil time.Time
	// SessionNotOnOrAfter is when the provider wants sessions to end; zero if it doesn't say.
	SessionNotOnOrAfter time.Time

	Signed      Part
	Encrypted   bool
	Certificate string // the fingerprint of the one that verified the signature

	// Facts are what was compared, for a test sign-in.
	Facts []Fact
}

// Attribute is one attribute, under the names it came with.
type Attribute struct {
	Name         string
	FriendlyName string
	NameFormat   string
	Values       []string
}

const formatTransient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

// Transient tells whether NameID is a new one at each sign-in, so that it tells nobody apart.
func (a Assertion) Transient() bool { return a.NameIDFormat == formatTransient }

// Values returns all values of the attributes that have this Name, in order; there may be several of a name.
func (a Assertion) Values(name string) []string {
	var values []string
	for _, at := range a.Attributes {
		if at.Name == name {
			values = append(values, at.Values...)
		}
	}
	return values
}

// Only returns the one value of an attribute of which a person has one, such as an e-mail address; "" if there
// is none or it is empty. Several different values are a *Failure with CodeAttributeAmbiguous: to take the
// first would leave to the provider's users which one we believe.
func (a Assertion) Only(name string) (string, error) {
	values := slices.DeleteFunc(a.Values(name), func(s string) bool { return s == "" })
	slices.Sort(values)
	switch values = slices.Compact(values); len(values) {
	case 0:
		return "", nil
	case 1:
		return values[0], nil
	}
	return "", fail(CodeAttributeAmbiguous, "attribute", "The attribute %s has %d values; one is needed.", quote(name), len(values))
}

// String tells id, issuer and certificate, and nothing of the person.
func (a Assertion) String() string {
	return fmt.Sprintf("assertion %s of %s, signed by %s", quote(a.ID), quote(a.Issuer), a.Certificate)
}

// LogValue returns what String does.
func (a Assertion) LogValue() slog.Value { return slog.StringValue(a.String()) }

// readSubject reads who is spoken of.
func readSubject(a *Assertion, el *etree.Element) *Failure {
	subject := child(el, nsAssertion, "Subject")
	if subject == nil {
		return fail(CodeIncomplete, "subject", "The assertion has no subject.")
	}
	if len(children(subject, nsAssertion, "EncryptedID")) > 0 {
		return fail(CodeEncryption, "encrypted_id", "The subject's NameID is encrypted by itself. Set the provider to encrypt the whole assertion.")
	}
	nameID := child(subject, nsAssertion, "NameID")
	name, ok := text(nameID)
	if !ok || name == "" {
		return fail(CodeIncomplete, "name_id", "The subject has no NameID. Set the provider to send a persistent one.")
	}
	if len(name) > maxURI || !printable(name) {
		return fail(CodeMalformed, "name_id", "The NameID is longer than %d bytes or has characters that nobody can see.", maxURI)
	}
	a.NameID, a.NameIDFormat = name, attribute(nameID, "Format")
	a.NameQualifier, a.SPNameQualifier = attribute(nameID, "NameQualifier"), attribute(nameID, "SPNameQualifier")
	if len(a.NameIDFormat) > maxURI || len(a.NameQualifier) > maxURI || len(a.SPNameQualifier) > maxURI {
		return fail(CodeMalformed, "name_id", "The format or a qualifier of the NameID is longer than %d bytes.", maxURI)
	}
	return nil
}

// printable tells whether quote would leave s as it is.
func printable(s string) bool {
	for len(s) > 0 {
		part := s
		if len(part) > maxQuote {
			cut := maxQuote - 4
			for cut > 0 && part[cut]&0xc0 == 0x80 {
				cut--
			}
			part = part[:cut]
		}
		if part == "" || quote(part) != part {
			return false
		}
		s = s[len(part):]
	}
	return true
}

// readAttributes reads what is said of the person.
func readAttributes(a *Assertion, el *etree.Element) {
	for _, statement := range children(el, nsAssertion, "AttributeStatement") {
		for at := range statement.ChildElementsSeq() {
			if !named(at, nsAssertion, "Attribute") {
				a.LeftOut = append(a.LeftOut, quote(at.Tag))
				continue
			}
			read := Attribute{Name: attribute(at, "Name"), FriendlyName: attribute(at, "FriendlyName"), NameFormat: attribute(at, "NameFormat")}
			for _, value := range children(at, nsAssertion, "AttributeValue") {
				if s, ok := text(value); ok {
					read.Values = append(read.Values, s)
				} else {
					a.LeftOut = append(a.LeftOut, quote(read.Name))
				}
			}
			a.Attributes = append(a.Attributes, read)
		}
	}
}

// readAuthentication reads when and how the person authenticated; with several statements, sessions end with the
// first.
func readAuthentication(a *Assertion, el *etree.Element) *Failure {
	statements := children(el, nsAssertion, "AuthnStatement")
	if len(statements) == 0 {
		return fail(CodeIncomplete, "authn_statement", "The assertion doesn't say that the person authenticated.")
	}
	for i, statement := range statements {
		at, f := instant(statement, "AuthnInstant")
		if f != nil {
			return f
		}
		until, f := instant(statement, "SessionNotOnOrAfter")
		if f != nil {
			return f
		}
		if i == 0 {
			a.SessionIndex, a.AuthnInstant = attribute(statement, "SessionIndex"), at
			if context := child(statement, nsAssertion, "AuthnContext"); context != nil {
				a.AuthnContext, _ = text(child(context, nsAssertion, "AuthnContextClassRef"))
			}
		}
		if !until.IsZero() && (a.SessionNotOnOrAfter.IsZero() || until.Before(a.SessionNotOnOrAfter)) {
			a.SessionNotOnOrAfter = until
		}
	}
	if a.AuthnInstant.IsZero() {
		return fail(CodeIncomplete, "authn_instant", "The assertion doesn't say when the person authenticated.")
	}
	return nil
}
