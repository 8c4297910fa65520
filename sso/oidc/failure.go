package oidc

import (
	"log/slog"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
)

// The reason codes of sign-ins by OIDC that are refused. They are documented in docs/reasons.md.
const (
	CodeConfig       roster.Code = "oidc_config"
	CodeDiscovery    roster.Code = "oidc_discovery"
	CodeMalformed    roster.Code = "oidc_malformed"
	CodeState        roster.Code = "oidc_state"
	CodeProvider     roster.Code = "oidc_provider_error"
	CodeExchange     roster.Code = "oidc_exchange_failed"
	CodeAlgorithm    roster.Code = "oidc_algorithm_refused"
	CodeHeader       roster.Code = "oidc_header_refused"
	CodeSignature    roster.Code = "oidc_signature"
	CodeIssuer       roster.Code = "oidc_issuer_mismatch"
	CodeAudience     roster.Code = "oidc_audience"
	CodeAZP          roster.Code = "oidc_azp"
	CodeNonce        roster.Code = "oidc_nonce"
	CodeExpired      roster.Code = "oidc_token_expired"
	CodeClock        roster.Code = "oidc_clock"
	CodeMaxAge       roster.Code = "oidc_max_age"
	CodeTokenHash    roster.Code = "oidc_token_hash"
	CodeTenant       roster.Code = "oidc_tenant_mismatch"
	CodeHostedDomain roster.Code = "oidc_hosted_domain"
	CodeUserinfo     roster.Code = "oidc_userinfo_subject"
	CodeLogoutToken  roster.Code = "oidc_logout_token"
)

// Codes returns all codes.
func Codes() []roster.Code {
	return []roster.Code{
		CodeConfig, CodeDiscovery, CodeMalformed, CodeState, CodeProvider, CodeExchange, CodeAlgorithm, CodeHeader,
		CodeSignature, CodeIssuer, CodeAudience, CodeAZP, CodeNonce, CodeExpired, CodeClock, CodeMaxAge, CodeTokenHash,
		CodeTenant, CodeHostedDomain, CodeUserinfo, CodeLogoutToken,
	}
}

// Failure is why a sign-in or a logout token is refused. Neither its text nor its Detail holds anything that a
// browser or a provider sent, so that both may be shown and logged; Diagnostics may be shown to an admin of the
// connection's tenant only.
type Failure struct {
	Code roster.Code
	// Check is the check that failed, in a word or two: "nonce".
	Check string
	// Detail is a sentence or two for the admin: what was found and what to change.
	Detail      string
	Diagnostics Diagnostics
}

// Error implements error.
func (f *Failure) Error() string {
	return "sign-in by oidc refused: " + string(f.Code) + " (" + f.Check + ")"
}

// Diagnostics are what an admin needs to find out why a sign-in failed. All texts are bounded and printable, and
// must be escaped like any other where they are shown. There is no token and no secret in them.
type Diagnostics struct {
	Now time.Time
	// IssuedAt and Expires are the token's, zero when unknown: beside Now they show which clock is wrong.
	IssuedAt, Expires time.Time
	// Expected and Got are what was compared; both empty where a secret was.
	Expected, Got string
	// Algorithm and KeyID are those of the token's header.
	Algorithm, KeyID string
	// ProviderError is the provider's error code, or other for one that no specification knows; ProviderText what
	// it said to it.
	ProviderError, ProviderText string
	// HTTPStatus is what the provider answered, 0 when unknown.
	HTTPStatus int
	// Claims are the token's, once the signature was good: personal data.
	Claims map[string]any
}

// Fact is one thing that was seen, beside what was expected.
type Fact struct {
	Name string `json:"name"`
	Seen string `json:"seen"`
	Want string `json:"want,omitempty"`
}

// Facts returns what is known, without the claims, in an order fit to be shown.
func (d Diagnostics) Facts() []Fact {
	var facts []Fact
	add := func(name, seen, want string) {
		if seen != "" || want != "" {
			facts = append(facts, Fact{name, seen, want})
		}
	}
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	add("value", d.Got, d.Expected)
	add("our clock", when(d.Now), "")
	add("issued (iat)", when(d.IssuedAt), "")
	add("expires (exp)", when(d.Expires), "")
	add("algorithm (alg)", d.Algorithm, "")
	add("key id (kid)", d.KeyID, "")
	add("provider's error", d.ProviderError, "")
	add("provider's words", d.ProviderText, "")
	if d.HTTPStatus != 0 {
		add("HTTP status", strconv.Itoa(d.HTTPStatus), "")
	}
	return facts
}

// LogValue implements slog.LogValuer: a log gets what is no personal data.
func (d Diagnostics) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Time("now", d.Now), slog.Time("issued_at", d.IssuedAt), slog.Time("expires", d.Expires),
		slog.String("algorithm", d.Algorithm), slog.String("provider_error", d.ProviderError), slog.Int("http_status", d.HTTPStatus),
	)
}

// Unavailable says that the provider can't be asked now, so that nothing is known of the person: an answer of 503,
// and no refusal. Sessions that exist are not touched by it.
type Unavailable struct {
	What       string        // what could not be had: "key set"
	RetryAfter time.Duration // when it makes sense to try again
	Err        error         // for the log; holds no secret
}

// Error implements error.
func (u *Unavailable) Error() string {
	if u.Err == nil {
		return "the identity provider's " + u.What + " can't be had now"
	}
	return "the identity provider's " + u.What + " can't be had now: " + u.Err.Error()
}

// Unwrap returns the cause.
func (u *Unavailable) Unwrap() error { return u.Err }

// clean makes a stranger's text fit to be shown: bounded, on one line, printable.
func clean(s string, most int) string {
	s = strings.ToValidUTF8(s, "�")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff:
			return -1 // controls, and what turns the direction of text around
		}
		return r
	}, s)
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
