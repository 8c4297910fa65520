package samlidp

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"
)

// Provider is an identity provider.
type Provider struct {
	EntityID string
	// SSOURL is where Handler's /sso is seen from outside.
	SSOURL      string
	Key         crypto.Signer
	Certificate *x509.Certificate
	Now         func() time.Time

	SPs      []SP      // to whom it answers over HTTP
	Accounts []Account // whom it knows over HTTP
}

// SP is a service provider that the provider speaks to.
type SP struct {
	EntityID string
	ACSURL   string
	// Encrypt is the certificate to encrypt assertions for; nil leaves them readable.
	Encrypt *x509.Certificate
}

// Account is a person.
type Account struct {
	Login      string // by which /sso is told who signs in
	NameID     string
	Format     string // of NameID; empty for persistent
	Attributes []Attribute
}

// Attribute is what is said of a person.
type Attribute struct {
	Name   string
	Values []string
}

// Sign tells what of a response is signed.
type Sign int

// What of a response can be signed.
const (
	SignAssertion Sign = iota
	SignResponse
	SignBoth
)

// Answer is what to tell whom about whom.
type Answer struct {
	SP           SP
	InResponseTo string
	Account      Account
	Sign         Sign
}

// Life is for how long an assertion is valid, and with it the session at the provider ten times as long.
const Life = 5 * time.Minute

const timeLayout = "2006-01-02T15:04:05.000Z"

func (p Provider) instant(after time.Duration) string {
	return p.Now().Add(after).UTC().Format(timeLayout)
}

// Assertion makes an assertion, unsigned.
func (p Provider) Assertion(a Answer) *etree.Element {
	el := etree.NewElement("saml:Assertion")
	el.CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:2.0:assertion")
	p.head(el)
	subject := el.CreateElement("saml:Subject")
	nameID := subject.CreateElement("saml:NameID")
	format := a.Account.Format
	if format == "" {
		format = string(crewjam.PersistentNameIDFormat)
	}
	nameID.CreateAttr("Format", format)
	nameID.SetText(a.Account.NameID)
	confirmation := subject.CreateElement("saml:SubjectConfirmation")
	confirmation.CreateAttr("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
	data := confirmation.CreateElement("saml:SubjectConfirmationData")
	if a.InResponseTo != "" {
		data.CreateAttr("InResponseTo", a.InResponseTo)
	}
	data.CreateAttr("Recipient", a.SP.ACSURL)
	data.CreateAttr("NotOnOrAfter", p.instant(Life))
	conditions := el.CreateElement("saml:Conditions")
	conditions.CreateAttr("NotBefore", p.instant(-time.Second))
	conditions.CreateAttr("NotOnOrAfter", p.instant(Life))
	conditions.CreateElement("saml:AudienceRestriction").CreateElement("saml:Audience").SetText(a.SP.EntityID)
	authn := el.CreateElement("saml:AuthnStatement")
	authn.CreateAttr("AuthnInstant", p.instant(0))
	authn.CreateAttr("SessionIndex", newID())
	authn.CreateAttr("SessionNotOnOrAfter", p.instant(10*Life))
	authn.CreateElement("saml:AuthnContext").CreateElement("saml:AuthnContextClassRef").
		SetText("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport")
	if len(a.Account.Attributes) > 0 {
		statement := el.CreateElement("saml:AttributeStatement")
		for _, at := range a.Account.Attributes {
			attribute := statement.CreateElement("saml:Attribute")
			attribute.CreateAttr("Name", at.Name)
			for _, value := range at.Values {
				attribute.CreateElement("saml:AttributeValue").SetText(value)
			}
		}
	}
	return el
}

// Response makes a response around an assertion, which may be encrypted, or nil with another status than success.
func (p Provider) Response(a Answer, assertion *etree.Element) *etree.Element {
	el := etree.NewElement("samlp:Response")
	el.CreateAttr("xmlns:samlp", "urn:oasis:names:tc:SAML:2.0:protocol")
	el.CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:2.0:assertion")
	p.head(el)
	el.CreateAttr("Destination", a.SP.ACSURL)
	if a.InResponseTo != "" {
		el.CreateAttr("InResponseTo", a.InResponseTo)
	}
	status := "Success"
	if assertion == nil {
		status = "Responder"
	}
	el.CreateElement("samlp:Status").CreateElement("samlp:StatusCode").CreateAttr("Value", "urn:oasis:names:tc:SAML:2.0:status:"+status)
	if assertion != nil {
		el.AddChild(assertion)
	}
	return el
}

func (p Provider) head(el *etree.Element) {
	el.CreateAttr("ID", newID())
	el.CreateAttr("Version", "2.0")
	el.CreateAttr("IssueInstant", p.instant(0))
	el.CreateElement("saml:Issuer").SetText(p.EntityID)
}

// Sign signs a response or an assertion in place: the signature goes behind the issuer, where the schema has it.
func (p Provider) Sign(el *etree.Element) error {
	signing, err := dsig.NewSigningContext(p.Key, [][]byte{p.Certificate.Raw})
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	signing.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	return SignWith(signing, el)
}

// SignWith does what Sign does, in a context of the caller's.
func SignWith(signing *dsig.SigningContext, el *etree.Element) error {
	sig, err := signing.ConstructSignature(el.Copy(), true)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	el.InsertChildAt(1, sig)
	return nil
}

// Answer makes a whole response as a form has it, in base64.
func (p Provider) Answer(a Answer) (string, error) {
	assertion := p.Assertion(a)
	if a.Sign != SignResponse {
		if err := p.Sign(assertion); err != nil {
			return "", err
		}
	}
	if a.SP.Encrypt != nil {
		encrypted, err := Encrypt(assertion, a.SP.Encrypt)
		if err != nil {
			return "", err
		}
		assertion = encrypted
	}
	response := p.Response(a, assertion)
	if a.Sign != SignAssertion {
		if err := p.Sign(response); err != nil {
			return "", err
		}
	}
	return Encode(response)
}

// Encode writes a response as a form has it.
func Encode(response *etree.Element) (string, error) {
	doc := etree.NewDocument()
	doc.SetRoot(response)
	raw, err := doc.WriteToBytes()
	if err != nil {
		return "", fmt.Errorf("write a response: %w", err)
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return "_" + hex.EncodeToString(b[:])
}
