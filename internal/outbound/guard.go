package outbound

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
)

// HTTP returns a client that holds all its requests, whatever their method, to the rules of this package:
// it fails with ErrURL, ErrAddress or ErrTooLong (the last one while the body is read), and hands redirects
// back as they are. It is one client, whose Timeout and rules should not be changed.
func (c *Client) HTTP() *http.Client { return c.http }

// allows says whether a URL is one that may be asked, as far as its text tells.
func (c Config) allows(u *url.URL) bool {
	if u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && c.Loopback && thisMachine(u.Hostname())
}

// thisMachine says whether a host is this machine by its very name, which no name server has a say in.
func thisMachine(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// guard is the transport of a Client: it looks at the URL before and bounds the body after.
type guard struct {
	config Config
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if !g.config.allows(req.URL) {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, ErrURL
	}
	if req.Header.Get("User-Agent") == "" {
		req = req.Clone(req.Context())
		req.Header.Set("User-Agent", "rollcall")
	}
	res, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	res.Body = &bounded{body: res.Body, left: g.config.MaxBytes, most: g.config.MaxBytes}
	return res, nil
}

// bounded is a body that fails, rather than ends, where it is longer than allowed, so that half a document
// is never taken for a whole one.
type bounded struct {
	body       io.ReadCloser
	left, most int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if int64(n) > b.left {
		return int(b.left), fmt.Errorf("%w: more than %d bytes", ErrTooLong, b.most)
	}
	b.left -= int64(n)
	return n, err
}

// Close implements io.Closer.
func (b *bounded) Close() error { return b.body.Close() }
