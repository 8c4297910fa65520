package saml

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// MaxMetadata is the largest metadata that is looked at, in bytes.
const MaxMetadata = 1 << 20

// Metadata is what a provider says of itself.
type Metadata struct {
	EntityID string
	// SSO holds the sign-on URLs of bindings that we speak, Redirect and Post, in the provider's order.
	SSO []Endpoint
	// Certificates may sign responses, each once; there is at least one.
	Certificates            []*x509.Certificate
	NameIDFormats           []string
	WantAuthnRequestsSigned bool
	ValidUntil              time.Time // zero if it doesn't say
	// SignedBy is the fingerprint of the certificate among those known that signed the metadata; empty if
	// it is unsigned, or signed by another.
	SignedBy string
	// Warnings tell an admin, a sentence each, what was left out.
	Warnings []string
}

// Endpoint is a URL with the binding spoken there.
type Endpoint struct{ Binding, URL string }

// IDP returns the provider as a connection has it: with the redirect binding if there is one, for it costs
// browsers one page less.
func (m Metadata) IDP() IDP {
	idp := IDP{EntityID: m.EntityID, Certificates: m.Certificates}
	for _, e := range m.SSO {
		if idp.SSOURL == "" || e.Binding == Redirect && idp.Binding != Redirect {
			idp.SSOURL, idp.Binding = e.URL, e.Binding
		}
	}
	return idp
}

// ParseMetadata reads a provider's metadata. known are the certificates that the connection has already: metadata
// signed with one of them says so in SignedBy, and is read from the bytes that were signed. The error is always
// a *Failure; metadata that has expired at now, that names several providers, or that has no usable certificate or
// sign-on URL is refused.
func ParseMetadata(raw []byte, now time.Time, policy Policy, known ...*x509.Certificate) (m Metadata, err error) {
	defer func() {
		if recover() != nil { // as in Verify
			m, err = Metadata{}, fail(CodeMetadataRefused, "library", "The metadata can't be read.")
		}
	}()
	root, f := parse(raw, bounds{size: MaxMetadata, depth: 40, elements: 20_000, attributes: 64, remarks: true})
	if f != nil {
		f.Code = CodeMetadataRefused
		return Metadata{}, f
	}
	r := metadataReader{now: now, policy: policy}
	root, r.SignedBy = coveredMetadata(root, known)
	entity, f := onlyProvider(root)
	if f == nil {
		f = r.read(entity, root)
	}
	if f != nil {
		return Metadata{}, f
	}
	return r.Metadata, nil
}

type metadataReader struct {
	Metadata
	now    time.Time
	policy Policy
}

// coveredMetadata returns the bytes that a known certificate signed, parsed anew, if there are any.
func coveredMetadata(root *etree.Element, known []*x509.Certificate) (*etree.Element, string) {
	sig := child(root, nsSignature, "Signature")
	if sig == nil {
		return root, ""
	}
	if _, f := readSignature(sig, attribute(root, "ID")); f != nil {
		return root, ""
	}
	for _, cert := range known {
		if covered, err := verifyBy(root, cert); err == nil && weak(cert) == nil && attribute(covered, "ID") == attribute(root, "ID") {
			return covered, Fingerprint(cert)
		}
	}
	return root, ""
}

// onlyProvider returns the one EntityDescriptor that is an identity provider.
func onlyProvider(root *etree.Element) (*etree.Element, *Failure) {
	var found []*etree.Element
	var names []string
	for _, el := range entities(root) {
		if len(idpDescriptors(el)) > 0 {
			found = append(found, el)
			names = append(names, quote(attribute(el, "entityID")))
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, fail(CodeMetadataRefused, "provider", "There is no SAML 2.0 identity provider in the document. Take the metadata of the identity provider, not ours or another service's.")
	}
	const show = 10
	if len(names) > show {
		names = append(names[:show], fmt.Sprintf("and %d more", len(names)-show))
	}
	return nil, fail(CodeMetadataRefused, "provider", "The document names several identity providers: %s. Give the metadata of one.", strings.Join(names, ", "))
}

// entities returns the EntityDescriptors of a document, also from within EntitiesDescriptors.
func entities(el *etree.Element) []*etree.Element {
	switch {
	case named(el, nsMetadata, "EntityDescriptor"):
		return []*etree.Element{el}
	case named(el, nsMetadata, "EntitiesDescriptor"):
		var found []*etree.Element
		for child := range el.ChildElementsSeq() {
			found = append(found, entities(child)...)
		}
		return found
	}
	return nil
}

func idpDescriptors(entity *etree.Element) []*etree.Element {
	return slices.DeleteFunc(children(entity, nsMetadata, "IDPSSODescriptor"), func(el *etree.Element) bool {
		return !slices.Contains(strings.Fields(attribute(el, "protocolSupportEnumeration")), nsProtocol)
	})
}

func (r *metadataReader) read(entity, root *etree.Element) *Failure {
	r.EntityID = attribute(entity, "entityID")
	if err := checkURI("the provider's entity ID", r.EntityID); err != nil {
		return fail(CodeMetadataRefused, "entity_id", "%s", err)
	}
	roles := idpDescriptors(entity)
	if len(roles) > 1 {
		r.warn("The provider describes itself %d times; the first description counts.", len(roles))
	}
	role := roles[0]
	for _, el := range []*etree.Element{root, entity, role} {
		until, f := instant(el, "validUntil")
		if f != nil {
			f.Code = CodeMetadataRefused
			return f
		}
		if !until.IsZero() && (r.ValidUntil.IsZero() || until.Before(r.ValidUntil)) {
			r.ValidUntil = until
		}
	}
	if !r.ValidUntil.IsZero() && !r.now.Before(r.ValidUntil) {
		return fail(CodeMetadataExpired, "valid_until", "The metadata was valid until %s. Get it anew from the provider.", stamp(r.ValidUntil))
	}
	want := attribute(role, "WantAuthnRequestsSigned")
	r.WantAuthnRequestsSigned = want == "true" || want == "1"
	for _, el := range children(role, nsMetadata, "NameIDFormat") {
		if format, ok := text(el); ok && format != "" {
			r.NameIDFormats = append(r.NameIDFormats, quote(format))
		}
	}
	if f := r.endpoints(role); f != nil {
		return f
	}
	return r.certificates(role)
}

func (r *metadataReader) endpoints(role *etree.Element) *Failure {
	for _, el := range children(role, nsMetadata, "SingleSignOnService") {
		e := Endpoint{Binding: attribute(el, "Binding"), URL: attribute(el, "Location")}
		if e.Binding != Redirect && e.Binding != Post {
			continue
		}
		if err := r.policy.checkURL("the provider's sign-on URL", e.URL); err != nil {
			return fail(CodeMetadataRefused, "sign_on_url", "%s It is %s.", err, quote(e.URL))
		}
		r.SSO = append(r.SSO, e)
	}
	if len(r.SSO) == 0 {
		return fail(CodeMetadataRefused, "sign_on_url", "The provider has no sign-on URL for HTTP-Redirect or HTTP-POST.")
	}
	return nil
}

func (r *metadataReader) certificates(role *etree.Element) *Failure {
	for _, key := range children(role, nsMetadata, "KeyDescriptor") {
		if use := attribute(key, "use"); use != "" && use != "signing" {
			continue
		}
		for _, info := range children(key, nsSignature, "KeyInfo") {
			for _, data := range children(info, nsSignature, "X509Data") {
				for _, el := range children(data, nsSignature, "X509Certificate") {
					r.certificate(el)
				}
			}
		}
	}
	switch n := len(r.Certificates); {
	case n == 0:
		return fail(CodeMetadataRefused, "certificate", "%s", strings.Join(append(r.Warnings, "The provider has no certificate that signatures could be verified with."), " "))
	case n > MaxCertificates:
		return fail(CodeMetadataRefused, "certificate", "The provider has %d certificates; %d are allowed.", n, MaxCertificates)
	}
	return nil
}

// certificate takes one in. One that can't be used does not keep people out who are signed in by another.
func (r *metadataReader) certificate(el *etree.Element) {
	value, _ := text(el)
	cert, err := parseBase64Certificate(value)
	if err != nil {
		r.warn("A certificate can't be read and was left out: %s.", quote(err.Error()))
		return
	}
	if f := weak(cert); f != nil {
		r.warn("%s It was left out.", f.Detail)
		return
	}
	if hasCertificate(r.Certificates, cert) {
		return
	}
	if f := unusable(cert, r.now); f != nil {
		r.warn("%s", f.Detail)
	}
	r.Certificates = append(r.Certificates, cert)
}

func (r *metadataReader) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}
