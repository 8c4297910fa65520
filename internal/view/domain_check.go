package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/internal/tenant"
)

// checkText says what the last look at DNS found, and what to change, to the admin who set the record.
func checkText(d tenant.Domain) string {
	r := d.Proof.Report
	switch r.Finding {
	case tenant.FoundProof:
		return "The record is in place."
	case tenant.FoundNothing:
		return fmt.Sprintf("Found no TXT record at %s. A new record can take some minutes to show.", r.Host)
	case tenant.FoundOther:
		return otherText(d)
	case tenant.FoundDoubled:
		return fmt.Sprintf("The record stands at %s: your DNS host adds the domain by itself. Enter only %s as its name.", r.FoundAt, strings.TrimSuffix(r.Host, "."+d.Name))
	case tenant.FoundAtApex:
		return fmt.Sprintf("The record stands at %s itself. Give it the name %s.", d.Name, r.Host)
	case tenant.FoundAlias:
		return fmt.Sprintf("There is a CNAME at %s that points to %s. Replace it by a TXT record; a wildcard CNAME gives way to it.", r.Host, alias(r))
	case tenant.FoundDisagree:
		return "One name server has the record and another one does not yet. Wait until the change has reached all of them."
	case tenant.FoundErrors:
		return unansweredText(r)
	case tenant.FoundNoConsent:
		return fmt.Sprintf("The record is in place, but the domain above belongs to another tenant. The same value is needed in a TXT record at %s too, or the operator's word.", r.FoundAt)
	case tenant.FoundHeld:
		return "The record is in place, but another tenant holds the domain, and its record is there as well, or the operator's word. That tenant has been told. It must give the domain up or remove its record, or the operator decides."
	}
	return ""
}

// otherText tells apart values that are nearly right.
func otherText(d tenant.Domain) string {
	r := d.Proof.Report
	var values []string
	for _, l := range r.Looks {
		values = append(values, l.Values...)
	}
	near := func(v string) bool { return v != d.Challenge && strings.Contains(v, d.Challenge) }
	switch {
	case slices.ContainsFunc(values, near):
		return fmt.Sprintf("The record at %s has more than the value: quotation marks, blanks or other text around it. Enter the value alone.", r.Host)
	case slices.ContainsFunc(values, func(v string) bool { return strings.HasPrefix(v, "rollcall-") }):
		return fmt.Sprintf("The record at %s has another value, perhaps an older one. Replace it by the one shown here.", r.Host)
	}
	return fmt.Sprintf("Found %s at %s, but none with the value.", count(r.Records(), "TXT record"), r.Host)
}

func unansweredText(r tenant.ProofReport) string {
	var parts []string
	for _, l := range r.Looks {
		switch l.Outcome {
		case tenant.LookAnswered, tenant.LookNoName:
		case tenant.LookTimeout:
			parts = append(parts, l.Resolver+" did not answer in time")
		case tenant.LookTruncated:
			parts = append(parts, l.Resolver+" had an answer that is too long")
		case tenant.LookTooMany:
			parts = append(parts, l.Resolver+" had more than 200 records")
		case tenant.LookFailed:
			parts = append(parts, l.Resolver+" could not be reached, or answered with an error")
		}
	}
	if len(parts) == 0 {
		parts = []string{"not all name servers answered for " + r.FoundAt}
	}
	return "Nothing is certain: " + strings.Join(parts, "; ") + ". What was known before stands; it is tried again."
}

func alias(r tenant.ProofReport) string {
	for _, l := range r.Looks {
		if l.Alias != "" {
			return l.Alias
		}
	}
	return "another name"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// LastLooked says when DNS was last asked, and how much stood there: "40 s ago: found 0 TXT records at that
// host".
func LastLooked(d tenant.Domain, now time.Time) string {
	if d.CheckedAt.IsZero() || d.Proof.Report.Finding == "" {
		return "not yet"
	}
	return fmt.Sprintf("%s ago: found %s at that host", ago(now.Sub(d.CheckedAt)), count(d.Proof.Report.Records(), "TXT record"))
}

func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(0, int(d/time.Second)))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d/time.Hour))
	}
	return fmt.Sprintf("%d days", int(d/(24*time.Hour)))
}
