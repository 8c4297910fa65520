package oidc

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"
)

// Options is what a RelyingParty needs.
type Options struct {
	// HTTP makes all requests; required. It should be outbound.Client's, which reaches public addresses only and
	// bounds bytes and time.
	HTTP *http.Client
	Now  func() time.Time // required
	// Connections is how many connections' providers are remembered; 0: 1000.
	Connections int
	// Parallel is how many sign-ins of one connection may talk to its provider at once; 0: 8. Others wait a
	// little, so that a slow provider holds up its own tenant and nobody else.
	Parallel int
}

// RelyingParty signs people in at the providers of connections. It is safe for concurrent use.
type RelyingParty struct {
	http      *http.Client
	now       func() time.Time
	providers *providers
}

// New makes a relying party with an empty cache. It panics without HTTP and Now.
func New(o Options) *RelyingParty {
	if o.HTTP == nil || o.Now == nil {
		panic("oidc: no HTTP client, or no clock")
	}
	if o.Connections <= 0 {
		o.Connections = 1000
	}
	if o.Parallel <= 0 {
		o.Parallel = 8
	}
	client := *o.HTTP
	client.Transport = whole{o.HTTP.Transport}
	return &RelyingParty{http: &client, now: o.Now, providers: newProviders(o)}
}

// Discover returns what a connection's provider says of itself and fetches its keys, for a test of the connection.
// What is cached is fetched anew. Errors are those of Begin.
func (rp *RelyingParty) Discover(ctx context.Context, c Config) (Provider, error) {
	if err := rp.usable(c); err != nil {
		return Provider{}, err
	}
	rp.Forget(c.ID)
	p, err := rp.provider(ctx, c)
	if err != nil {
		return Provider{}, err
	}
	ids, err := p.keys.ids(ctx)
	if err != nil {
		return Provider{}, err
	}
	return Provider{p.issuer, p.authorize, p.token, p.userinfo, p.jwks, ids}, nil
}

// Forget drops what is cached of a connection, after it was changed or deleted.
func (rp *RelyingParty) Forget(id string) { rp.providers.forget(id) }

// usable refuses a connection that Check refuses.
func (rp *RelyingParty) usable(c Config) error {
	if err := c.Check(); err != nil {
		return &Failure{Code: CodeConfig, Check: "configuration", Detail: err.Error(), Diagnostics: Diagnostics{Now: rp.now()}}
	}
	return nil
}

// whole is a transport that reads an answer to its end before it hands it on, so that an answer that is cut off,
// late or too long is an error of the request, which libraries hand on as it is, and none of their parsers.
type whole struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (w whole) RoundTrip(req *http.Request) (*http.Response, error) {
	next := w.next
	if next == nil {
		next = http.DefaultTransport
	}
	res, err := next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}
