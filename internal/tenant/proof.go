package tenant

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// challengeLabel stands before a domain in the name of the record that proves it. A label of our own, with an
// underscore that no host name has, keeps the record out of the way of others.
const challengeLabel = "_rollcall-challenge."

// ChallengePrefix begins the value of the record.
const ChallengePrefix = "rollcall-verification="

// ChallengeHost is the name of the TXT record that proves a domain.
func ChallengeHost(name string) string { return challengeLabel + name }

// LookOutcome is how a resolver answered.
type LookOutcome string

// The outcomes. Only the first two tell anything for certain.
const (
	LookAnswered  LookOutcome = "answered"  // NOERROR, with or without records
	LookNoName    LookOutcome = "no_name"   // NXDOMAIN
	LookFailed    LookOutcome = "failed"    // SERVFAIL, REFUSED and other errors, or an answer that is none
	LookTimeout   LookOutcome = "timeout"   // nothing came in time
	LookTruncated LookOutcome = "truncated" // the answer did not fit, and could not be had over TCP
	LookTooMany   LookOutcome = "too_many"  // more records than are read
)

// Look is what one resolver said of the TXT records of a host.
type Look struct {
	Resolver string      `json:"resolver"`
	Outcome  LookOutcome `json:"outcome"`
	// Values are the records at the very host, each with its strings joined (RFC 7208 §3.3 and common use).
	Values []string `json:"values,omitempty"`
	Count  int      `json:"count"` // of the records, also of those that a report leaves out
	// Alias is where a CNAME at the host points; empty: there is none.
	Alias string `json:"alias,omitempty"`
	// Authentic says that the resolver vouches for the answer by DNSSEC (the AD bit).
	Authentic bool `json:"authentic,omitempty"`
}

// Has says whether the value stands at the host itself. What stands behind a CNAME does not count: under a
// wildcard, whoever has the CNAME's target could prove a domain of somebody else's.
func (l Look) Has(value string) bool {
	return l.Outcome == LookAnswered && l.Alias == "" && value != "" && slices.Contains(l.Values, value)
}

func (l Look) certain() bool { return l.Outcome == LookAnswered || l.Outcome == LookNoName }

// Finding is what looking for a proof came to.
type Finding string

// The findings.
const (
	FoundProof     Finding = "found"
	FoundNothing   Finding = "nothing"     // no TXT record at the host
	FoundOther     Finding = "wrong_value" // only other values
	FoundDoubled   Finding = "doubled_host"
	FoundAtApex    Finding = "at_apex"
	FoundAlias     Finding = "alias"          // a CNAME
	FoundDisagree  Finding = "disagree"       // one resolver has it, another does not
	FoundErrors    Finding = "unanswered"     // a resolver did not answer, so nothing is certain
	FoundNoConsent Finding = "parent_missing" // the owner of the domain above has not agreed
	FoundHeld      Finding = "held"           // another tenant holds the domain
)

// Missing says whether the proof is not there for certain.
func (f Finding) Missing() bool {
	switch f {
	case FoundNothing, FoundOther, FoundDoubled, FoundAtApex, FoundAlias:
		return true
	default:
		return false
	}
}

// ProofReport is what the last look for a domain's proof found, for whoever set the record.
type ProofReport struct {
	Finding Finding   `json:"finding"`
	Host    string    `json:"host"`
	At      time.Time `json:"at"`
	Looks   []Look    `json:"looks,omitempty"` // one of each resolver
	// FoundAt is where the value stands instead, or, of parent_missing, where it must stand as well.
	FoundAt string `json:"found_at,omitempty"`
}

// Records is the most records that a resolver found at the host.
func (r ProofReport) Records() int {
	n := 0
	for _, l := range r.Looks {
		n = max(n, l.Count)
	}
	return n
}

// JudgeProof says what the answers for one host mean. Only the value from all of at least two resolvers is a
// proof, so that one that lies, or was lied to, proves nothing.
func JudgeProof(value string, looks []Look) Finding {
	has := 0
	for _, l := range looks {
		if !l.certain() {
			return FoundErrors
		}
		if l.Has(value) {
			has++
		}
	}
	switch {
	case len(looks) < 2:
		return FoundErrors
	case has == len(looks):
		return FoundProof
	case has > 0:
		return FoundDisagree
	case slices.ContainsFunc(looks, func(l Look) bool { return l.Alias != "" }):
		return FoundAlias
	case slices.ContainsFunc(looks, func(l Look) bool { return len(l.Values) > 0 }):
		return FoundOther
	}
	return FoundNothing
}

// What a report keeps of others' records.
const (
	keptValues = 5
	keptBytes  = 120
)

// Clip returns the looks as a report keeps them: our own values first, few others, shortened.
func Clip(looks []Look) []Look {
	out := slices.Clone(looks)
	for i, l := range out {
		values := slices.Clone(l.Values)
		slices.SortStableFunc(values, func(a, b string) int { return rank(a) - rank(b) })
		values = values[:min(len(values), keptValues)]
		for j, v := range values {
			values[j] = clipText(v)
		}
		out[i].Values = values
	}
	return out
}

func rank(value string) int {
	if strings.HasPrefix(value, "rollcall-") {
		return 0
	}
	return 1
}

func clipText(s string) string {
	s = strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return utf8.RuneError
		}
		return r
	}, s), "\ufffd")
	if len(s) <= keptBytes {
		return s
	}
	return strings.ToValidUTF8(s[:keptBytes], "") + "…"
}
