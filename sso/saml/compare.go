package saml

import (
	"crypto/x509"
	"fmt"
	"slices"
	"time"
)

// What says what a Change is of.
type What string

// What can change in a provider's metadata.
const (
	ChangedEntityID           What = "entity_id"
	ChangedSSO                What = "sign_on_url"
	ChangedCertificateAdded   What = "certificate_added"
	ChangedCertificateRemoved What = "certificate_removed"
	ChangedExpired            What = "valid_until"
	ChangedNameIDFormats      What = "name_id_formats"
	ChangedWantsSigned        What = "wants_signed_requests"
)

// Change is one difference between what a connection has and what its provider's metadata says now.
type Change struct {
	What     What
	Old, New string
	// Needs says what it takes to apply the change.
	Needs Needs
	// Why says it in a sentence, for an admin.
	Why string
}

// Needs is what it takes to apply a change, from least to most.
type Needs int

// What it takes to apply a change.
const (
	NeedsNothing  Needs = iota // a refresh applies it, and tells
	NeedsConsent               // an admin of the tenant has to agree
	NeedsNewSetup              // never by a refresh: it would be another provider
)

// Required returns the most that one of the changes needs: a refresh is applied as a whole or not at all.
func Required(changes []Change) Needs {
	most := NeedsNothing
	for _, c := range changes {
		most = max(most, c.Needs)
	}
	return most
}

// Compare returns what is different in fresh metadata, nothing if all is as it was. Whoever can change the
// document at a metadata URL could otherwise sign anybody in: so a new certificate or sign-on URL waits for an
// admin, unless the document is signed with a certificate that the connection has (Metadata.SignedBy), and another
// entity id, a set of certificates without any of the old, or expired metadata is never taken.
func Compare(old, fresh Metadata, now time.Time) []Change {
	var changes []Change
	add := func(what What, was, is string, needs Needs, why string) {
		changes = append(changes, Change{what, was, is, needs, why})
	}
	trusted := NeedsConsent
	if fresh.SignedBy != "" && slices.ContainsFunc(old.Certificates, func(c *x509.Certificate) bool {
		return Fingerprint(c) == fresh.SignedBy && unusable(c, now) == nil
	}) {
		trusted = NeedsNothing
	}
	if old.EntityID != fresh.EntityID {
		add(ChangedEntityID, old.EntityID, fresh.EntityID, NeedsNewSetup, "Another entity ID is another provider; make a new connection for it.")
	}
	if !fresh.ValidUntil.IsZero() && !now.Before(fresh.ValidUntil) {
		add(ChangedExpired, stampOrNone(old.ValidUntil), stamp(fresh.ValidUntil), NeedsNewSetup, "The metadata has expired; what was known before stays.")
	}
	compareCertificates(old, fresh, trusted, add)
	if was, is := fmt.Sprint(old.SSO), fmt.Sprint(fresh.SSO); was != is {
		add(ChangedSSO, was, is, trusted, "People will be sent to another address to sign in.")
	}
	if !slices.Equal(old.NameIDFormats, fresh.NameIDFormats) {
		add(ChangedNameIDFormats, fmt.Sprint(old.NameIDFormats), fmt.Sprint(fresh.NameIDFormats), NeedsNothing, "The provider offers other NameID formats.")
	}
	if old.WantAuthnRequestsSigned != fresh.WantAuthnRequestsSigned {
		add(ChangedWantsSigned, fmt.Sprint(old.WantAuthnRequestsSigned), fmt.Sprint(fresh.WantAuthnRequestsSigned), NeedsNothing, "The provider has changed whether it wants requests signed.")
	}
	return changes
}

func compareCertificates(old, fresh Metadata, trusted Needs, add func(What, string, string, Needs, string)) {
	kept := slices.ContainsFunc(fresh.Certificates, func(c *x509.Certificate) bool { return hasCertificate(old.Certificates, c) })
	why := "The provider shows a certificate that the connection doesn't have; responses signed with it would be accepted."
	switch {
	case kept:
	case trusted == NeedsNothing:
		trusted, why = NeedsConsent, "All certificates are others than before; the document is signed with one that the connection has."
	default:
		trusted, why = NeedsNewSetup, "All certificates are others than before, and none of the old vouches for them: bring them in by hand if the provider confirms them."
	}
	for _, c := range fresh.Certificates {
		if !hasCertificate(old.Certificates, c) {
			add(ChangedCertificateAdded, "", Fingerprint(c), trusted, why)
		}
	}
	for _, c := range old.Certificates {
		if !hasCertificate(fresh.Certificates, c) {
			add(ChangedCertificateRemoved, Fingerprint(c), "", NeedsNothing, "The provider doesn't show this certificate any more.")
		}
	}
}

func stampOrNone(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}
