// Package maildomain knows the domains of which no tenant can be the owner: those where anybody can have
// an address, those of throw-away addresses, registries, and names that DNS does not hold.
//
// The lists are generated from npm packages, whose licences are beside them in lists/, and embedded;
// ours and the operator's additions come on top. A name covers all names below it. Nothing is unpacked
// before the first question, which takes some 20 ms; from then on the lists take two megabytes and a
// question some microseconds (see the benchmarks).
package maildomain

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

//go:generate npm pack --silent free-email-domains@1.12.6 disposable-email-domains@1.0.62
//go:generate go run rollcall/cmd/maildomains lists/free.txt.gz free-email-domains-1.12.6.tgz domains.json
//go:generate go run rollcall/cmd/maildomains lists/disposable.txt.gz disposable-email-domains-1.0.62.tgz index.json wildcard.json
//go:generate rm free-email-domains-1.12.6.tgz disposable-email-domains-1.0.62.tgz

// Reason says why a domain can be nobody's own.
type Reason string

// The reasons. The empty one: it can.
const (
	FreeMail      Reason = "free_mail"     // anybody can have an address there
	Throwaway     Reason = "disposable"    // addresses there are made for one mail
	PublicSuffix  Reason = "public_suffix" // a registry, under which anybody can have a domain
	VendorGiven   Reason = "vendor_given"  // a vendor gives its customers names under it
	ReservedName  Reason = "reserved_name" // not in DNS, or not for mail
	DeniedByThem  Reason = "denied"        // by the operator
	notListed     Reason = ""
	longestLookup        = 253
)

// Free says whether anybody can have an address at a domain, or at one above it. The name is canonical
// (see package domainname). Throw-away addresses are Disposable's alone.
func Free(name string) bool {
	return covered(name, freeExtras) || covered(name, free().has) && !Disposable(name)
}

// Disposable says whether a domain, or one above it, is known for addresses that are thrown away after use.
func Disposable(name string) bool { return covered(name, disposable().has) }

// Overrides are the operator's own words on domains; each covers what is below it. The zero value has none.
type Overrides struct {
	Allow []string // can be a tenant's own, whatever the lists say
	Deny  []string // can be no tenant's own
}

// Reason says why no tenant can own a domain, or that one can. The more specific of Allow and Deny counts,
// and of the same name in both, Deny.
func (o Overrides) Reason(name string) Reason {
	if len(name) > longestLookup {
		return notListed
	}
	for part := range upwards(name) {
		switch {
		case slices.Contains(o.Deny, part):
			return DeniedByThem
		case slices.Contains(o.Allow, part):
			return notListed
		}
	}
	return listed(name)
}

func listed(name string) Reason {
	switch {
	case covered(name, reserved):
		return ReservedName
	case covered(name, vendorGiven):
		return VendorGiven
	case suffix(name):
		return PublicSuffix
	case Free(name):
		return FreeMail
	case Disposable(name):
		return Throwaway
	}
	return notListed
}

// suffix says whether the name is a public suffix of either section, such as co.uk and github.io. A name
// of one label is one, known or not.
func suffix(name string) bool {
	s, _ := publicsuffix.PublicSuffix(name)
	return s == name
}

// upwards yields a name and all names above it, the longest first.
func upwards(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for yield(name) {
			var above bool
			if _, name, above = strings.Cut(name, "."); !above {
				return
			}
		}
	}
}

func covered(name string, has func(string) bool) bool {
	for part := range upwards(name) {
		if has(part) {
			return true
		}
	}
	return false
}
