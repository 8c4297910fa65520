package saml

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// signature is what the Signature of an element says, once its shape has been checked.
type signature struct {
	method string
	digest string
	// hint is the certificate in KeyInfo: whoever wrote the signature chose it, so that it is never trusted.
	hint *x509.Certificate
}

// readSignature holds a Signature to the one form that SAML allows (SAML 2.0 core §5.4): a single reference to
// the element around it, nothing transformed but for itself being taken out, and a strong algorithm.
func readSignature(sig *etree.Element, id string) (signature, *Failure) {
	bad := func(what string) (signature, *Failure) {
		return signature{}, fail(CodeMalformed, "signature_shape", "The signature is not of the form that SAML allows: %s.", what)
	}
	if foreignAttributes(sig) {
		return bad("it has an attribute of another namespace")
	}
	parts, ok := only(sig, "SignedInfo", "SignatureValue", "KeyInfo?")
	if !ok {
		return bad("it has to hold SignedInfo, SignatureValue and at most a KeyInfo")
	}
	info, ok := only(parts["SignedInfo"], "CanonicalizationMethod", "SignatureMethod", "Reference")
	if !ok {
		return bad("it has to have exactly one reference")
	}
	reference, ok := only(info["Reference"], "Transforms", "DigestMethod", "DigestValue")
	if !ok || id == "" || attribute(info["Reference"], "URI") != "#"+id {
		return bad("its reference is not to the element around it")
	}
	transforms := reference["Transforms"].ChildElements()
	if len(transforms) != 2 || !allNamed(transforms, "Transform") ||
		attribute(transforms[0], "Algorithm") != string(dsig.EnvelopedSignatureAltorithmId) ||
		!canonical(attribute(transforms[1], "Algorithm")) || !canonical(attribute(info["CanonicalizationMethod"], "Algorithm")) {
		return bad("its transforms have to be enveloped-signature and a canonicalization")
	}
	s := signature{method: attribute(info["SignatureMethod"], "Algorithm"), digest: attribute(reference["DigestMethod"], "Algorithm")}
	if f := s.allowed(); f != nil {
		return s, f
	}
	if keyInfo := parts["KeyInfo"]; keyInfo != nil {
		if data := child(keyInfo, nsSignature, "X509Data"); data != nil {
			if certs := children(data, nsSignature, "X509Certificate"); len(certs) > 0 {
				value, _ := text(certs[0])
				s.hint, _ = parseBase64Certificate(value) // a hint that can't be read is none
			}
		}
	}
	return s, nil
}

// foreignAttributes tells whether there is an attribute with a prefix, in el or below. goxmldsig would take x:Algorithm
// for Algorithm.
func foreignAttributes(el *etree.Element) bool {
	for _, a := range el.Attr {
		if a.Space != "" && a.Space != "xmlns" {
			return true
		}
	}
	return slices.ContainsFunc(el.ChildElements(), foreignAttributes)
}

// only returns el's children by name if they are exactly those named, once each; "?" may be missing.
func only(el *etree.Element, names ...string) (map[string]*etree.Element, bool) {
	found := map[string]*etree.Element{}
	for _, name := range names {
		name, optional := strings.CutSuffix(name, "?")
		switch c := child(el, nsSignature, name); {
		case c != nil:
			found[name] = c
		case !optional:
			return nil, false
		}
	}
	return found, len(el.ChildElements()) == len(found)
}

func allNamed(els []*etree.Element, tag string) bool {
	for _, el := range els {
		if !named(el, nsSignature, tag) {
			return false
		}
	}
	return true
}

// canonical tells which canonicalizations are accepted. Those with comments are the same to us, for there are none.
func canonical(algorithm string) bool {
	switch dsig.AlgorithmID(algorithm) {
	case dsig.CanonicalXML10ExclusiveAlgorithmId, dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId,
		dsig.CanonicalXML10RecAlgorithmId, dsig.CanonicalXML10WithCommentsAlgorithmId,
		dsig.CanonicalXML11AlgorithmId, dsig.CanonicalXML11WithCommentsAlgorithmId:
		return true
	}
	return false
}

// allowed holds algorithms to a list. HMAC is not on it, for its key would be a certificate, which everybody has.
func (s signature) allowed() *Failure {
	switch s.method {
	case dsig.RSASHA256SignatureMethod, dsig.RSASHA384SignatureMethod, dsig.RSASHA512SignatureMethod,
		dsig.ECDSASHA256SignatureMethod, dsig.ECDSASHA384SignatureMethod, dsig.ECDSASHA512SignatureMethod:
	default:
		return fail(CodeAlgorithmRefused, "signature_algorithm",
			"The signature's algorithm is %s. Set the provider to RSA or ECDSA with SHA-256 or more.", quote(s.method))
	}
	switch s.digest {
	case "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2001/04/xmlenc#sha512":
		return nil
	}
	return fail(CodeAlgorithmRefused, "digest_algorithm", "The digest's algorithm is %s. Set the provider to SHA-256 or more.", quote(s.digest))
}

// verifyBy returns the element that el's signature covers, parsed anew from the bytes that were verified, or nil if
// the certificate's key did not sign it. Whether the certificate is valid at this time is not asked.
func verifyBy(el *etree.Element, cert *x509.Certificate) (*etree.Element, error) {
	context, err := etreeutils.NSBuildParentContext(el)
	if err != nil {
		return nil, err
	}
	// A copy that carries the namespaces of what is around it, for canonicalizations that are not exclusive.
	el, err = etreeutils.NSDetatch(context, el)
	if err != nil {
		return nil, err
	}
	sig := child(el, nsSignature, "Signature")
	if keyInfo := child(sig, nsSignature, "KeyInfo"); keyInfo != nil {
		sig.RemoveChild(keyInfo)
	}
	value := child(sig, nsSignature, "SignatureValue")
	data, _ := text(value)
	value.SetText(plainSignature(strings.Join(strings.Fields(data), ""), cert))

	validation := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{cert}})
	validation.IdAttribute = "ID"
	validation.Clock = dsig.NewFakeClockAt(cert.NotAfter) // whether it has expired is asked elsewhere, with the caller's clock
	return validation.Validate(el)
}

// plainSignature turns an ECDSA signature as XML has it, r and s side by side (RFC 4050 §3.3), into the ASN.1 that
// goxmldsig hands to crypto/x509. An RSA signature stays what it is.
func plainSignature(value string, cert *x509.Certificate) string {
	key, ok := cert.PublicKey.(*ecdsa.PublicKey)
	raw, err := base64.StdEncoding.DecodeString(value)
	if !ok || err != nil || len(raw) != 2*((key.Params().BitSize+7)/8) {
		return value
	}
	half := len(raw) / 2
	der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:half]), new(big.Int).SetBytes(raw[half:])})
	if err != nil {
		return value
	}
	return base64.StdEncoding.EncodeToString(der)
}
