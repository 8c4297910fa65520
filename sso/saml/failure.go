package saml

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"rollcall/internal/roster"
)

// Code is a stable reason code. It may be shown to the person who signs in; docs/reasons.md tells of each.
type Code = roster.Code

// The reasons why a response or a provider's metadata is refused.
const (
	CodeMalformed          Code = "saml_malformed"
	CodeTooLarge           Code = "saml_too_large"
	CodeNotConfigured      Code = "saml_not_configured"
	CodeStatus             Code = "saml_status"
	CodeUnsigned           Code = "saml_unsigned"
	CodeSignatureInvalid   Code = "saml_signature_invalid"
	CodeAlgorithmRefused   Code = "saml_algorithm_refused"
	CodeCertificateUnknown Code = "saml_certificate_unknown"
	CodeCertificateExpired Code = "saml_certificate_expired"
	CodeEncryption         Code = "saml_encryption"
	CodeIssuerMismatch     Code = "saml_issuer_mismatch"
	CodeAudienceMismatch   Code = "saml_audience_mismatch"
	CodeRecipientMismatch  Code = "saml_recipient_mismatch"
	CodeInResponseTo       Code = "saml_in_response_to"
	CodeUnsolicited        Code = "saml_unsolicited"
	CodeExpired            Code = "saml_expired"
	CodeNotYetValid        Code = "saml_not_yet_valid"
	CodeIncomplete         Code = "saml_incomplete"
	CodeNotBearer          Code = "saml_not_bearer"
	CodeAuthnTooOld        Code = "saml_authn_too_old"
	CodeAttributeAmbiguous Code = "saml_attribute_ambiguous"
	CodeMetadataRefused    Code = "saml_metadata_refused"
	CodeMetadataExpired    Code = "saml_metadata_expired"
)

// Codes returns all codes of this package.
func Codes() []Code {
	return []Code{
		CodeMalformed, CodeTooLarge, CodeNotConfigured, CodeStatus, CodeUnsigned, CodeSignatureInvalid,
		CodeAlgorithmRefused, CodeCertificateUnknown, CodeCertificateExpired, CodeEncryption, CodeIssuerMismatch,
		CodeAudienceMismatch, CodeRecipientMismatch, CodeInResponseTo, CodeUnsolicited, CodeExpired,
		CodeNotYetValid, CodeIncomplete, CodeNotBearer, CodeAuthnTooOld, CodeAttributeAmbiguous,
		CodeMetadataRefused, CodeMetadataExpired,
	}
}

// Failure is why something was refused.
type Failure struct {
	Code Code
	// Check names the check that failed, such as "doctype" or "audience": what Code says, closer.
	Check string
	// Detail tells an admin of the tenant what to change. It may quote what was posted, so it is not for
	// the person who posted it.
	Detail string
	// Diagnostics holds what was seen until then, for the tenant's admins as well. Names, addresses and other
	// attributes of people are not in it, nor is anything that opens a door.
	Diagnostics []Fact
	// Signed tells that the signature was good: then Diagnostics are the provider's words, and not
	// those of whoever posted.
	Signed bool
}

// Error returns code and check, and nothing of what was posted.
func (f *Failure) Error() string {
	return fmt.Sprintf("sign-in by saml refused: %s (%s)", f.Code, f.Check)
}

// Fact is one thing that was seen, beside what was expected or known.
type Fact struct {
	Name string `json:"name"`
	Seen string `json:"seen"`
	Want string `json:"want,omitempty"`
}

func fail(code Code, check, format string, args ...any) *Failure {
	return &Failure{Code: code, Check: check, Detail: fmt.Sprintf(format, args...)}
}

// maxQuote bounds what is quoted of a response, in bytes.
const maxQuote = 300

// quote makes a posted text fit to be shown: bounded, and without what could move a terminal's cursor.
func quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '·'
		}
		return r
	}, s)
	if len(s) <= maxQuote {
		return s
	}
	end := maxQuote
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano) }
