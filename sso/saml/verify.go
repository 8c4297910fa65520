package saml

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

const (
	// Skew is by how much a provider's clock may differ from ours.
	Skew = time.Minute
	// MaxAge is how long a response may take from the provider to us, its clock's error included.
	MaxAge = 5 * time.Minute
	// MaxBody is the longest base64 text that is looked at, in bytes.
	MaxBody = 512 << 10
)

// Expectation is what a response has to answer.
type Expectation struct {
	// RequestID is that of the AuthnRequest which the response should answer; empty if none of ours is open.
	RequestID string
	// RequestedAt is when it was made; with Config.ForceAuthn the person must have authenticated since.
	RequestedAt time.Time
	Now         time.Time
}

// Verify reads the SAMLResponse of a form, in base64, and returns the assertion if everything is as it should be.
// The error is always a *Failure. A response that answers no request has CodeUnsolicited, and nothing in
// it may be used but for starting a sign-in of our own. Verify doesn't know whether the assertion was used before.
func Verify(c Config, want Expectation, body string) (a Assertion, err error) {
	v := verifier{Config: c, want: want}
	defer func() {
		// The libraries behind the wall have panicked on what they did not expect; they had their own words
		// for it, which are for nobody.
		if recover() != nil {
			a, err = Assertion{}, v.explained(fail(CodeMalformed, "library", "The response can't be read."))
		}
	}()
	a, f := v.verify(body)
	if f != nil {
		return Assertion{}, v.explained(f)
	}
	return a, nil
}

type verifier struct {
	Config
	want   Expectation
	facts  []Fact
	signed bool
}

func (v *verifier) note(name, seen, want string) {
	v.facts = append(v.facts, Fact{name, quote(seen), want})
}

func (v *verifier) explained(f *Failure) *Failure {
	f.Diagnostics, f.Signed = v.facts, v.signed
	return f
}

func (v *verifier) verify(body string) (Assertion, *Failure) {
	if f := v.ready(); f != nil {
		return Assertion{}, f
	}
	if len(body) > MaxBody {
		return Assertion{}, fail(CodeTooLarge, "size", "The response has %d bytes in base64; %d are allowed.", len(body), MaxBody)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(body))
	if err != nil {
		return Assertion{}, fail(CodeMalformed, "base64", "The response is not base64.")
	}
	response, f := readResponse(raw)
	if f != nil {
		return Assertion{}, f
	}
	v.noteResponse(response)
	if !succeeded(response) {
		return Assertion{}, fail(CodeStatus, "status", "The provider did not sign the person in: %s. Its own log tells more.", statusWords(response))
	}
	s, f := v.signedParts(response)
	if f != nil {
		return Assertion{}, f
	}
	v.signed = true
	return v.read(s)
}

func (v *verifier) noteResponse(response *etree.Element) {
	v.note("clock", attribute(response, "IssueInstant"), stamp(v.want.Now))
	if issuer, ok := text(child(response, nsAssertion, "Issuer")); ok {
		v.note("issuer_of_response", issuer, v.IDP.EntityID)
	}
	v.note("destination", attribute(response, "Destination"), v.ACSURL)
	v.note("in_response_to", attribute(response, "InResponseTo"), v.want.RequestID)
	v.note("status", statusWords(response), "Success")
}

// Part tells what of a response was signed.
type Part string

// The parts of a response that can be signed.
const (
	SignedAssertion Part = "assertion"
	SignedResponse  Part = "response"
	SignedBoth      Part = "both"
)

// signedParts are the trees that values may be read from.
type signedParts struct {
	// response is parsed from verified bytes if part says so. Otherwise it is what was posted, good for refusing only.
	response  *etree.Element
	assertion *etree.Element // always from verified bytes
	part      Part
	by        *x509.Certificate
	encrypted bool
}

// signedParts verifies the signatures that there are, all of them, and returns what they cover. An assertion that
// neither its own signature nor the response's covers is refused, and so is one whose plain text is not covered.
func (v *verifier) signedParts(response *etree.Element) (s signedParts, f *Failure) {
	s.response = response
	if child(response, nsSignature, "Signature") != nil {
		if s.response, s.by, f = v.verifySignature(response); f != nil {
			return s, f
		}
		s.part = SignedResponse
	}
	// The assertion's own signature is verified where it was posted, with the namespaces that are around it there:
	// the canonical form of the response may lack some. It is the same assertion, as there is no other.
	assertion := child(response, nsAssertion, "Assertion")
	if assertion == nil {
		s.encrypted = true
		if assertion, f = decrypt(child(s.response, nsAssertion, "EncryptedAssertion"), v.decrypters()); f != nil {
			return s, f
		}
	}
	switch {
	case child(assertion, nsSignature, "Signature") != nil:
		if s.assertion, s.by, f = v.verifySignature(assertion); f != nil {
			return s, f
		}
		if s.part == SignedResponse {
			s.part = SignedBoth
		} else {
			s.part = SignedAssertion
		}
	case s.part != SignedResponse:
		return s, fail(CodeUnsigned, "signature", "Neither the response nor the assertion is signed. Set the provider to sign assertions.")
	case s.encrypted:
		s.assertion = assertion // made of the ciphertext that the response's signature covers
	default:
		s.assertion = child(s.response, nsAssertion, "Assertion")
	}
	return s, nil
}

// verifySignature returns the element that el's signature covers, from verified bytes, and whose it is.
func (v *verifier) verifySignature(el *etree.Element) (*etree.Element, *x509.Certificate, *Failure) {
	s, f := readSignature(child(el, nsSignature, "Signature"), attribute(el, "ID"))
	v.note("signature_algorithm", s.method, "")
	if s.hint != nil {
		v.note("certificate", Fingerprint(s.hint), fingerprints(v.IDP.Certificates))
	} else {
		v.note("certificate", "", fingerprints(v.IDP.Certificates))
	}
	if f != nil {
		return nil, nil, f
	}
	var unfit *Failure
	for _, cert := range hintFirst(v.IDP.Certificates, s.hint) {
		covered, err := verifyBy(el, cert)
		switch {
		case errors.Is(err, etreeutils.ErrTraversalLimit):
			return nil, nil, fail(CodeTooLarge, "elements", "The response has more elements than a signature is verified over.")
		case err != nil:
			continue
		case !named(covered, el.NamespaceURI(), el.Tag) || attribute(covered, "ID") != attribute(el, "ID"):
			return nil, nil, fail(CodeSignatureInvalid, "signature", "The signature covers something else than the element around it.")
		}
		if unfit = unusable(cert, v.want.Now); unfit == nil {
			return covered, cert, nil
		}
	}
	return nil, nil, v.unverified(s, unfit)
}

// unverified tells why no certificate verified a signature; unfit is the reason against one that would have.
func (v *verifier) unverified(s signature, unfit *Failure) *Failure {
	switch {
	case unfit != nil:
		return unfit
	case s.hint != nil && !hasCertificate(v.IDP.Certificates, s.hint):
		return fail(CodeCertificateUnknown, "certificate",
			"The signature names the certificate %s, which the connection doesn't have. If it is the provider's new one, bring it into the connection.", Fingerprint(s.hint))
	default:
		return fail(CodeSignatureInvalid, "signature",
			"No certificate of the connection verifies the signature: the response was changed on its way, or signed with another key.")
	}
}

// hintFirst returns the certificates with the hint first, if it is one of them: one attempt is the rule then.
func hintFirst(certs []*x509.Certificate, hint *x509.Certificate) []*x509.Certificate {
	certs = certs[:min(len(certs), MaxCertificates)]
	if hint == nil || !hasCertificate(certs, hint) {
		return certs
	}
	return slices.Concat([]*x509.Certificate{hint}, slices.DeleteFunc(slices.Clone(certs), hint.Equal))
}
