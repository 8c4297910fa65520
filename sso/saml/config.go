package saml

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	crewjam "github.com/crewjam/saml"
)

// The bindings by which a request is sent (SAML 2.0 bindings §3.4, §3.5).
const (
	Redirect = crewjam.HTTPRedirectBinding
	Post     = crewjam.HTTPPostBinding
)

const (
	// MaxCertificates is how many certificates of its provider a connection may have: each costs an attempt
	// at a signature.
	MaxCertificates = 10
	// MaxKeys is how many key pairs of ours a connection may have: each costs an attempt at a decryption.
	MaxKeys = 3
)

// maxURI is the longest entity id (SAML 2.0 core §8.3.6).
const maxURI = 1024

// Config is one connection of a tenant: what we are to its provider, and what the provider is to us. Each
// connection has an entity id and an ACS URL of its own, so that what was said for one is refused by all others.
type Config struct {
	EntityID    string // ours: the audience
	ACSURL      string // ours: the recipient
	MetadataURL string // ours

	IDP IDP

	// Keys are ours: the first signs requests and is published for encryption; all decrypt, and all are
	// published for signatures, so that a key pair can be replaced without a moment of failures.
	Keys []KeyPair

	NameIDFormat string // asked for; empty leaves it to the provider
	ForceAuthn   bool   // the person has to authenticate anew, and the answer is held to it
	SignRequests bool

	Policy Policy
}

// IDP is a connection's identity provider.
type IDP struct {
	EntityID string
	SSOURL   string
	Binding  string // of SSOURL: Redirect or Post
	// Certificates are those that may sign: several while the provider changes from one to the next.
	Certificates []*x509.Certificate
}

// Policy is what a deployment permits beyond the rules.
type Policy struct {
	// AllowInsecureLoopback permits http URLs whose host is a loopback address or localhost, for demos.
	AllowInsecureLoopback bool
}

// Check returns what keeps the connection from being switched on, a sentence each: none if it can be.
func (c Config) Check(now time.Time) []string {
	var wrong []string
	note := func(err error) {
		if err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	note(checkURI("our entity ID", c.EntityID))
	note(checkURI("the provider's entity ID", c.IDP.EntityID))
	note(c.Policy.checkURL("our ACS URL", c.ACSURL))
	if c.MetadataURL != "" {
		note(c.Policy.checkURL("our metadata URL", c.MetadataURL))
	}
	note(c.Policy.checkURL("the provider's sign-on URL", c.IDP.SSOURL))
	if c.IDP.Binding != Redirect && c.IDP.Binding != Post {
		wrong = append(wrong, "The binding of the provider's sign-on URL has to be HTTP-Redirect or HTTP-POST.")
	}
	switch c.NameIDFormat {
	case "", string(crewjam.UnspecifiedNameIDFormat), string(crewjam.EmailAddressNameIDFormat), string(crewjam.PersistentNameIDFormat):
	case string(crewjam.TransientNameIDFormat):
		wrong = append(wrong, "A transient NameID is another one at each sign-in, so that nobody would be known again; ask for a persistent one.")
	default:
		wrong = append(wrong, fmt.Sprintf("The NameID format %s is not known.", quote(c.NameIDFormat)))
	}
	return append(append(wrong, c.checkCertificates(now)...), c.checkKeys()...)
}

func (c Config) checkCertificates(now time.Time) []string {
	if len(c.IDP.Certificates) == 0 || slices.Contains(c.IDP.Certificates, nil) {
		return []string{"The connection has no certificate of the provider, so that no signature could be verified."}
	}
	var wrong []string
	if n := len(c.IDP.Certificates); n > MaxCertificates {
		wrong = append(wrong, fmt.Sprintf("The connection has %d certificates of the provider; %d are allowed.", n, MaxCertificates))
	}
	usable := false
	var why []string
	for _, cert := range c.IDP.Certificates {
		switch f := unusable(cert, now); f {
		case nil:
			usable = true
		default:
			why = append(why, f.Detail)
		}
	}
	if !usable {
		return append(wrong, why...)
	}
	return wrong
}

func (c Config) checkKeys() []string {
	var wrong []string
	if len(c.Keys) > MaxKeys {
		wrong = append(wrong, fmt.Sprintf("The connection has %d key pairs of ours; %d are allowed.", len(c.Keys), MaxKeys))
	}
	for i, k := range c.Keys {
		if err := k.check(); err != nil {
			wrong = append(wrong, fmt.Sprintf("Our key pair %d can't be used: %v.", i+1, err))
		}
	}
	if c.SignRequests && len(c.Keys) == 0 {
		wrong = append(wrong, "Requests are to be signed, and the connection has no key pair.")
	}
	return wrong
}

func checkURI(what, s string) error {
	switch {
	case s == "":
		return fmt.Errorf("The connection lacks %s.", what) //nolint:staticcheck,revive // a sentence for an admin
	case len(s) > maxURI || quote(s[:min(len(s), maxQuote)]) != s[:min(len(s), maxQuote)] || strings.ContainsAny(s, " \t\r\n"):
		return fmt.Errorf("%s is longer than %d characters or has some that can't be in it.", capital(what), maxURI) //nolint:staticcheck,revive // as above
	}
	return nil
}

// checkURL holds a URL to what a browser may be sent to: javascript: and data: would run in our pages' name.
func (p Policy) checkURL(what, s string) error {
	if err := checkURI(what, s); err != nil {
		return err
	}
	u, err := url.Parse(s)
	if err == nil && u.Host != "" && u.User == nil && u.Fragment == "" && u.Opaque == "" &&
		(u.Scheme == "https" || u.Scheme == "http" && p.AllowInsecureLoopback && loopback(u.Hostname())) {
		return nil
	}
	return fmt.Errorf("%s has to be an https URL without a user or a fragment.", capital(what)) //nolint:staticcheck,revive // a sentence for an admin
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// decrypters returns the private keys that encrypted assertions may be for.
func (c Config) decrypters() []*rsa.PrivateKey {
	var keys []*rsa.PrivateKey
	for _, k := range c.Keys[:min(len(c.Keys), MaxKeys)] {
		if k.Key != nil {
			keys = append(keys, k.Key)
		}
	}
	return keys
}

// ready is what Verify needs at the least; a connection without a certificate would otherwise be one whose
// every signature is as good as none (CVE-2026-28323).
func (c Config) ready() *Failure {
	if len(c.IDP.Certificates) == 0 || slices.Contains(c.IDP.Certificates, nil) || c.EntityID == "" || c.ACSURL == "" || c.IDP.EntityID == "" {
		return fail(CodeNotConfigured, "configuration", "The connection has no certificate of the provider, or lacks an entity ID or the ACS URL.")
	}
	return nil
}
