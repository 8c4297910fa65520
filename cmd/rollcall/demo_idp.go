package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

// demoIDPs are the two identity providers of the demo, at one address: SAML below /saml, OpenID Connect
// below /oidc. They ask for no password, so they listen on this machine alone.
type demoIDPs struct {
	listener net.Listener
	oidc     *op.Provider

	mu   sync.Mutex
	saml samlidp.Provider
}

// newDemoIDPs makes providers that know nobody yet, and listens for them.
func newDemoIDPs(ctx context.Context, now func() time.Time) (*demoIDPs, error) {
	l, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &demoIDPs{listener: l}
	base := "http://" + l.Addr().String()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	began := now()
	like := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "the demo's identity provider"},
		NotBefore: began.Add(-time.Hour), NotAfter: began.AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, like, like, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read a certificate: %w", err)
	}
	d.saml = samlidp.Provider{EntityID: base + "/saml/metadata", SSOURL: base + "/saml/sso", Key: key, Certificate: cert, Now: now}
	signs, err := op.NewKey("demo")
	if err != nil {
		return nil, err
	}
	d.oidc = op.New(op.Config{Issuer: base + "/oidc", Keys: []op.Key{signs}, Now: now})
	return d, nil
}

// listens is where the providers answer.
func (d *demoIDPs) listens() web.Listener {
	mux := http.NewServeMux()
	mux.Handle("/saml/", http.StripPrefix("/saml", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		now := d.saml // its lists are replaced, never changed
		d.mu.Unlock()
		now.Handler().ServeHTTP(w, r)
	})))
	mux.Handle("/oidc/", http.StripPrefix("/oidc", d.oidc))
	return web.Listener{Listener: d.listener, Handler: mux}
}

func (d *demoIDPs) metadataURL() string { return d.saml.EntityID }

func (d *demoIDPs) issuer() string { return "http://" + d.listener.Addr().String() + "/oidc" }

// trustSAML lets a connection of the gateway ask, about these people.
func (d *demoIDPs) trustSAML(at tenant.ConnectionURLs, people []demoAccount) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.saml.SPs = []samlidp.SP{{EntityID: at.EntityID, ACSURL: at.ACS}}
	d.saml.Accounts = list(people, func(a demoAccount) samlidp.Account {
		return samlidp.Account{Login: a.email, NameID: "acme|" + a.email, Attributes: []samlidp.Attribute{
			{Name: "email", Values: []string{a.email}}, {Name: "displayName", Values: []string{a.name}},
		}}
	})
}

// trustOIDC lets a connection of the gateway ask, about these people.
func (d *demoIDPs) trustOIDC(clientID, word string, at tenant.ConnectionURLs, people []demoAccount) {
	d.oidc.AddClient(op.Client{ID: clientID, Secret: word, RedirectURIs: []string{at.Redirect}})
	d.oidc.SetAccounts(list(people, func(a demoAccount) op.Account {
		return op.Account{Subject: "labs|" + a.email, Email: a.email, Verified: true, Name: a.name}
	}))
}

// demoAccount is somebody who can sign in at one of the two providers.
type demoAccount struct{ email, name string }
