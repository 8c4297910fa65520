package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// The limits of a fetch unless the Config says otherwise.
const (
	DefaultTimeout  = 5 * time.Second
	DefaultMaxBytes = 1 << 20
)

// The reasons why nothing was fetched that are the URL's own fault; everything else is a fault
// of the network or of the other side.
var (
	ErrURL     = errors.New("the URL must begin with https:// and hold no user and no fragment")
	ErrAddress = errors.New("the address is not a public one")
	ErrTooLong = errors.New("the answer is too long")
)

// Config is how a Client works. The zero value is right for production; no setting of the program reaches
// the fields below Timeout, which are there for tests.
type Config struct {
	Timeout  time.Duration // of the whole fetch; 0: DefaultTimeout
	MaxBytes int64         // of an answer; 0: DefaultMaxBytes
	// Permit says which addresses may be dialled; nil: Public.
	Permit func(netip.Addr) bool
	// Lookup resolves a name; nil: the system's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// Roots are the certificates that are trusted; nil: the system's.
	Roots *x509.CertPool
	// Loopback also lets this machine be reached, by plain http too: for the demonstration and for tests, whose
	// identity providers are here.
	Loopback bool
	// KeepAlive is how long HTTP keeps a connection that nobody uses; 0: connections are used once, so that each
	// request looks at the address anew.
	KeepAlive time.Duration
}

// Client fetches documents. It is safe for concurrent use.
type Client struct {
	config Config
	http   *http.Client
}

// New makes a client.
func New(c Config) *Client {
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.MaxBytes <= 0 {
		c.MaxBytes = DefaultMaxBytes
	}
	if c.Permit == nil {
		c.Permit = Public
	}
	if c.Loopback {
		permit := c.Permit
		c.Permit = func(a netip.Addr) bool { return a.IsLoopback() || permit(a) }
	}
	if c.Lookup == nil {
		c.Lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	client := &Client{config: c}
	client.http = &http.Client{
		Timeout:       c.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &guard{config: c, next: &http.Transport{
			Proxy:                  nil, // a proxy would dial for us, and look at nothing
			DialContext:            client.dial,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots},
			TLSHandshakeTimeout:    c.Timeout,
			ResponseHeaderTimeout:  c.Timeout,
			MaxResponseHeaderBytes: 64 << 10,
			DisableKeepAlives:      c.KeepAlive <= 0,
			IdleConnTimeout:        c.KeepAlive,
			MaxIdleConns:           200,
			MaxIdleConnsPerHost:    4,
			DisableCompression:     true,
			ForceAttemptHTTP2:      false,
		}},
	}
	return client
}

// Get fetches the document at a URL. accept is the Accept header. Any answer but 200 is an error.
func (c *Client) Get(ctx context.Context, raw, accept string) ([]byte, error) {
	u, err := url.Parse(raw)
	if err != nil || !c.config.allows(u) {
		return nil, ErrURL
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, ErrURL
	}
	req.Header.Set("Accept", accept)
	res, err := c.http.Do(req)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err // the URL is known to who asks
	}
	if err != nil {
		return nil, fmt.Errorf("fetch from %s: %w", u.Hostname(), err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch from %s: the answer was %d", u.Hostname(), res.StatusCode)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("fetch from %s: %w", u.Hostname(), err)
	}
	return body, nil
}

// dial resolves the name itself and dials what came of that, so that a second answer of the name server
// changes nothing (DNS rebinding).
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("read the address: %w", err)
	}
	addrs, err := c.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: c.config.Timeout, ControlContext: c.control}
	var errs []error
	for _, a := range addrs {
		conn, err := dialer.DialContext(ctx, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// maxAddresses is how many addresses of a name are tried.
const maxAddresses = 4

func (c *Client) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs := []netip.Addr{}
	if a, err := netip.ParseAddr(host); err == nil {
		addrs = append(addrs, a)
	} else if addrs, err = c.config.Lookup(ctx, host); err != nil {
		return nil, fmt.Errorf("resolve %s: %w", host, plain(err))
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("resolve %s: it has no address", host)
	}
	for _, a := range addrs {
		if !c.config.Permit(a.Unmap().WithZone("")) {
			return nil, fmt.Errorf("%s: %w", host, ErrAddress)
		}
	}
	return addrs[:min(len(addrs), maxAddresses)], nil
}

// plain is an error of a name server without its address: admins of tenants read it, and what name servers the
// gateway has is none of their business.
func plain(err error) error {
	failed, ok := errors.AsType[*net.DNSError](err)
	switch {
	case !ok:
		return err
	case failed.IsNotFound:
		return errNoName
	case failed.IsTimeout:
		return errSilent
	}
	return errFailed
}

// What name servers say.
var (
	errNoName = errors.New("there is no such name")
	errSilent = errors.New("the name server did not answer in time")
	errFailed = errors.New("the name server answered with an error")
)

// control sees the address that the socket is about to connect to.
func (c *Client) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !c.config.Permit(a.Addr().Unmap().WithZone("")) {
		return ErrAddress
	}
	return nil
}
