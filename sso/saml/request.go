package saml

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"
)

// MaxRelayState is the longest RelayState, in bytes (SAML 2.0 bindings §3.4.3).
const MaxRelayState = 80

// Request is an AuthnRequest, ready for a browser.
type Request struct {
	ID       string // for the store of open requests; the response has to name it
	IssuedAt time.Time
	Binding  string // Redirect or Post
	// URL is where to send the browser: with Redirect complete, with Post the action of a form.
	URL string
	// Form holds the fields of that form; nil with Redirect.
	Form url.Values
}

// NewAuthnRequest makes a request to the connection's provider, in the binding of its sign-on URL, signed with the
// first key pair if the connection says so. It leaves the times of the store alone: a request is open
// for as long as the caller remembers Request.ID.
func NewAuthnRequest(c Config, now time.Time, relayState string) (Request, error) {
	if len(relayState) > MaxRelayState {
		return Request{}, fmt.Errorf("make an AuthnRequest: the relay state has more than %d bytes", MaxRelayState)
	}
	if c.SignRequests && len(c.Keys) == 0 {
		return Request{}, errors.New("make an AuthnRequest: the connection has no key pair to sign it with")
	}
	if err := c.Policy.checkURL("the provider's sign-on URL", c.IDP.SSOURL); err != nil {
		return Request{}, fmt.Errorf("make an AuthnRequest: %w", err)
	}
	r := Request{ID: newID(), IssuedAt: now, Binding: c.IDP.Binding, URL: c.IDP.SSOURL}
	el := c.authnRequest(r)
	var err error
	switch c.IDP.Binding {
	case Redirect:
		r.URL, err = c.redirect(el, relayState)
	case Post:
		r.Form, err = c.form(el, relayState)
	default:
		err = errors.New("the binding is neither HTTP-Redirect nor HTTP-POST")
	}
	if err != nil {
		return Request{}, fmt.Errorf("make an AuthnRequest: %w", err)
	}
	return r, nil
}

// newID returns an id of 160 random bits (SAML 2.0 core §1.3.4), which begins with a letter as XML's ids do.
func newID() string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return "id-" + hex.EncodeToString(b[:])
}

func (c Config) authnRequest(r Request) crewjam.AuthnRequest {
	request := crewjam.AuthnRequest{
		ID: r.ID, Version: "2.0", IssueInstant: r.IssuedAt.UTC(), Destination: c.IDP.SSOURL,
		AssertionConsumerServiceURL: c.ACSURL, ProtocolBinding: Post,
		Issuer: &crewjam.Issuer{Value: c.EntityID},
	}
	if c.NameIDFormat != "" {
		create := true // some providers make a persistent NameID at the first request for one, others not at all
		request.NameIDPolicy = &crewjam.NameIDPolicy{AllowCreate: &create, Format: &c.NameIDFormat}
	}
	if c.ForceAuthn {
		request.ForceAuthn = &c.ForceAuthn
	}
	return request
}

// redirect returns the URL of SAML 2.0 bindings §3.4.4.1. What is signed are the very octets of the query, without
// what the provider's URL had in it before.
func (c Config) redirect(request crewjam.AuthnRequest, relayState string) (string, error) {
	raw, err := write(request.Element())
	if err != nil {
		return "", err
	}
	var deflated bytes.Buffer
	w, err := flate.NewWriter(&deflated, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(raw); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	query := "SAMLRequest=" + url.QueryEscape(base64.StdEncoding.EncodeToString(deflated.Bytes()))
	if relayState != "" {
		query += "&RelayState=" + url.QueryEscape(relayState)
	}
	if c.SignRequests {
		query += "&SigAlg=" + url.QueryEscape(dsig.RSASHA256SignatureMethod)
		sum := sha256.Sum256([]byte(query))
		value, err := rsa.SignPKCS1v15(nil, c.Keys[0].Key, crypto.SHA256, sum[:])
		if err != nil {
			return "", fmt.Errorf("sign: %w", err)
		}
		query += "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(value))
	}
	separator := "?"
	if strings.Contains(c.IDP.SSOURL, "?") {
		separator = "&"
	}
	return c.IDP.SSOURL + separator + query, nil
}

// form returns the fields of SAML 2.0 bindings §3.5.4; the signature is inside the request.
func (c Config) form(request crewjam.AuthnRequest, relayState string) (url.Values, error) {
	if c.SignRequests {
		signing, err := dsig.NewSigningContext(c.Keys[0].Key, [][]byte{c.Keys[0].Certificate.Raw})
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
		signing.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
		if request.Signature, err = signing.ConstructSignature(request.Element(), true); err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
	}
	raw, err := write(request.Element())
	if err != nil {
		return nil, err
	}
	form := url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString(raw)}}
	if relayState != "" {
		form.Set("RelayState", relayState)
	}
	return form, nil
}

func write(el *etree.Element) ([]byte, error) {
	doc := etree.NewDocument()
	doc.SetRoot(el)
	return doc.WriteToBytes()
}
